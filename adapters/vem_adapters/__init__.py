"""Running editors: the panel, DaVinci Resolve and Premiere. They reach the music through ``vem_server`` only."""

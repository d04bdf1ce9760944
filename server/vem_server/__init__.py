"""Processes: the command line, and the local service that panels and scripts talk to."""

"""Machines: where editors keep their scripts and panels, and how ours get there. Imports none of our packages."""

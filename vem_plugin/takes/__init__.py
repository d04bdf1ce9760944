"""Takes of one edit and what becomes of them: finding, listing, choosing, locking, and changing a span of one."""

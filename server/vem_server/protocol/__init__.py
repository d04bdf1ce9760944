"""The protocol of the local service. ``server/PROTOCOL.md`` is the authority; this package obeys it.

Nothing here opens a socket or loads ZeroMQ: gateway, mailbox and tests use it as it is.
"""

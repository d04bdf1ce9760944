"""The mailbox, for hosts without sockets; chapter "Mailbox" of ``server/PROTOCOL.md``."""

from vem_server.mailbox.mailbox import Mailbox, mailbox_folder

__all__ = ["Mailbox", "mailbox_folder"]

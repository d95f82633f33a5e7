"""Messages and mailboxes with their attachments."""

"""Small parts shared by the pages: buttons, notices, empty states, drop targets."""

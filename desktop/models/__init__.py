"""The models page: what runs on this machine and where it comes from."""

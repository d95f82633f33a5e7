"""The Compare page: the same questions asked in several ways, and what that comes to."""

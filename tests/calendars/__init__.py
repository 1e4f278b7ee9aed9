"""Calendars over real HTTP and real files, and their agenda in virtual time."""

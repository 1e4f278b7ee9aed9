"""The terminal's faces: one pure render function per panel, and the Textual app that places them.

In go messages of lib/messages, out comes text. A panel knows no clock, no device and no other panel.
"""

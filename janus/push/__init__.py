"""Tell the owner, on a phone that shows no page, that a session needs them, is done, or failed.

    session changed ──> news ──> notifier ──Web Push──> phone ──receipt──> notifier
                                     └──── not seen within a minute ──> ntfy, or once more

What is said is encrypted for the phone; nothing of it is readable on the way.
"""

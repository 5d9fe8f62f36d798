"""Talking without looking: what a spoken yes may allow, what is told of all sessions at once, and
the engines that turn speech into words and words into speech.
"""

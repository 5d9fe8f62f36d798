"""Drive agent CLIs: which there are, which are installed, and the two ways to speak with them.

known, detection, catalog   the agents Janus knows, which are on this computer, the owner's choice
agent, driver, factory      what a session needs of any agent, what all share, how one is made
process                     one program under its guardian
acp, cursor                 the Agent Client Protocol, and cursor-agent's print mode
"""

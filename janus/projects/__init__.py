"""Which folders Janus serves: each is a project, with a store, a lock and a manager of its own."""

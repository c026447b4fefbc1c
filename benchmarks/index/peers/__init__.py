"""Other people's indexers, each installed apart from the ledger and told to do its work.

Every peer has a folder with its pinned packages, its configuration as its manual advises,
and a module that installs and starts it. Nothing of them is shipped.
"""

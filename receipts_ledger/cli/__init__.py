"""The command line: parse, call, print. Nothing is decided here."""


def app() -> None:
    """Run the command line of this process."""
    from receipts_ledger.cli.door import main

    main()

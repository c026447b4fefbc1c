"""What is asked about acts under way."""

from pydantic import ConfigDict

from receipts_ledger.api.fields import Asked, SignatureField


class SignatureIn(Asked):
    """One party's signature of the act's statement; none asks for that of its kept key."""

    model_config = ConfigDict(json_schema_extra={"examples": [{"signature": "0x" + "5f" * 65}, {}]})

    signature: SignatureField | None = None


class WithdrawalIn(Asked):
    """Take a draft back. Nothing has to be said."""

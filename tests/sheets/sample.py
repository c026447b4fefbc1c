"""A sheet with one of everything, and texts that somebody hostile has written."""

from datetime import UTC, datetime

from receipts_ledger.sheets import (
    Cell,
    Code,
    Column,
    Fact,
    Facts,
    Label,
    Look,
    Note,
    Section,
    Sheet,
    Table,
    Verdict,
)

HASH = "0x" + "c7" * 32
LINK = "https://ledger.example/v1/receipts/2-1-000001/certificate"
SCRIPT = "<script>alert(1)</script>"
TURNED = "pay \u202e000,1\u202c now"
MARKUP = '#eval("1+1") *bold* $x^2$ @ref ```raw``` // end'
TOWER = "Z" + "\u0301" * 40


def sheet_of(*texts: str, rows: int = 3) -> Sheet:
    """Return a sheet that says these texts, with a table of so many rows."""
    facts = [Fact(Label("Text", "文本"), Cell(text)) for text in texts]
    return Sheet(
        title=Label("Warehouse receipt", "仓单"),
        subtitle="Ledger on chain 31337",
        verdict=Verdict(Look.GOOD, Label("AGREES", "一致"), Label("All of it.", "全部一致。")),
        sections=(
            Section(
                Label("Pledge", "质押"),
                (
                    Facts((Fact(Label("Head", "链头"), Cell(HASH, Look.EXACT)), *facts)),
                    Note(Label("Said by the node.", "由节点提供。")),
                    Code(LINK, Label("Check it", "核验")),
                ),
            ),
            Section(Label("Receipts", "仓单"), (table_of(rows),)),
        ),
        foot="foot of every page",
        moment=datetime(2026, 11, 29, 13, 0, tzinfo=UTC),
    )


def table_of(rows: int) -> Table:
    """Return a table of receipts."""
    columns = (
        Column(Label("Receipt", "仓单编号"), 2),
        Column(Label("Block", "区块"), 1, Look.NUMBER),
        Column(Label("State", "状态"), 2),
        Column(Label("Word", "存储字"), 5, Look.EXACT),
    )
    return Table(columns, tuple(_row(number) for number in range(rows)))


def _row(number: int) -> tuple[Cell, ...]:
    return (
        Cell(f"2-1-{number:06d}"),
        Cell(f"{number:,}", Look.NUMBER),
        Cell("pledged", Look.BAD, "已质押"),
        Cell(f"0x{number:064x}", Look.EXACT),
    )

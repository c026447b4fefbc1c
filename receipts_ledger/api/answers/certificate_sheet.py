"""A certificate as a printed sheet. It says what the certificate says, and no more.

The sheet is for reading and for the file; what is proved is proved by the certificate itself,
whose digest the sheet names. The code on it leads to the block alone, which tells nothing of the
receipt to whoever finds the paper.
"""

import json
from collections.abc import Iterator, Mapping
from datetime import datetime
from typing import Any

from receipts_ledger.domain.redaction import digest_of
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

_STATUSES = {
    "open": "存续",
    "delivered": "已提货",
    "merged": "已合并",
    "replaced": "已更换",
    "cancelled": "已注销",
    "written_off": "已核销",
}
_YES, _NO = ("yes", "是"), ("no", "否")
_SIDES = {
    "content": Label("Content", "仓单内容"),
    "terms": Label("Terms of the pledge", "质押条款"),
}


def sheet_of(certificate: Mapping[str, Any], public_url: str | None) -> Sheet:
    """Return the sheet of a certificate. `public_url` is where the gateway is known to others."""
    receipt, block = certificate["receipt"], certificate["block"]
    return Sheet(
        title=Label("Certificate of a warehouse receipt", "仓单质押状态证明"),
        subtitle=f"{receipt['number']} · as of {block['at']}, block {block['number']}",
        verdict=_verdict(certificate),
        sections=tuple(_sections(certificate, public_url)),
        foot=f"{receipt['number']} · block {block['number']} · {block['hash']}",
        moment=datetime.fromisoformat(block["at"]),
    )


def _sections(certificate: Mapping[str, Any], public_url: str | None) -> Iterator[Section]:
    receipt = certificate["receipt"]
    if receipt["exists"]:
        yield Section(Label("Receipt", "仓单"), (Facts(tuple(_of_receipt(certificate))),))
        yield Section(Label("Pool", "货位池"), (Facts(tuple(_of_pool(certificate["pool"]))),))
    for name, label in _SIDES.items():
        if certificate[name] is not None:
            yield Section(label, tuple(_of_content(certificate[name])))
    if certificate["changes"]:
        yield Section(Label("Changes", "变更记录"), (_of_changes(certificate["changes"]),))
    yield Section(
        Label("How to check it", "核验方法"), tuple(_how_to_check(certificate, public_url))
    )


def _verdict(certificate: Mapping[str, Any]) -> Verdict:
    receipt = certificate["receipt"]
    if not receipt["exists"]:
        return Verdict(
            Look.BAD,
            Label("NO SUCH RECEIPT", "无此仓单"),
            Label("This number was never given.", "该编号从未签发。"),
        )
    if receipt["in_default"]:
        return Verdict(
            Look.BAD,
            Label("ENCUMBERED, IN DEFAULT", "已质押，已违约"),
            Label("A pledge lies on it, and default was declared.", "该仓单已质押，且已宣告违约。"),
        )
    if receipt["encumbered"]:
        return Verdict(
            Look.UNSURE,
            Label("ENCUMBERED", "已质押"),
            Label("A pledge lies on this receipt.", "该仓单上存在质权。"),
        )
    if receipt["status"] != "open":
        return Verdict(
            Look.BAD,
            Label("ENDED", "已终止"),
            Label("This receipt is no title to goods any more.", "该仓单不再是提取货物的凭证。"),
        )
    return Verdict(
        Look.GOOD,
        Label("NOT ENCUMBERED", "未质押"),
        Label("No pledge lay on this receipt at this block.", "截至该区块，该仓单上无质权。"),
    )


def _of_receipt(certificate: Mapping[str, Any]) -> Iterator[Fact]:
    receipt, since = certificate["receipt"], certificate["encumbered_since"]
    yield _fact("Number", "编号", receipt["number"])
    yield Fact(
        Label("Status", "状态"),
        Cell(receipt["status"].replace("_", " "), chinese=_STATUSES[receipt["status"]]),
    )
    yield _fact("Holder", "仓单持有人", f"party {receipt['holder_id']}")
    yield _fact("Quantity, base units", "数量（基本单位）", f"{receipt['quantity']:,}")
    yield _fact("Storage until", "保管期至", receipt["storage_until"])
    yield _truth("Encumbered", "已质押", receipt["encumbered"])
    if receipt["encumbered"]:
        yield _fact("Pledgee", "质权人", f"party {receipt['pledgee_id']}")
        when = "since when is not in this certificate" if since is None else _moment(since["block"])
        yield _fact("Encumbered since", "质押起始", when)
    if receipt["maturity"] is not None:
        yield _fact("Maturity", "到期日", receipt["maturity"])
    if receipt["in_default_since"] is not None:
        yield _fact("In default since", "违约日", receipt["in_default_since"])
    yield _truth("Frozen", "已冻结", receipt["frozen"])
    yield _truth("Claimed by others", "有第三人主张权利", receipt["claimed"])
    yield _truth("Paper receipt outstanding", "纸质仓单在外", receipt["paper"])
    yield _fact("Version", "版本", str(receipt["version"]))


def _of_pool(pool: Mapping[str, Any]) -> Iterator[Fact]:
    yield _fact("Pool", "货位池", pool["number"])
    yield _fact("Warehouse", "保管人", f"party {pool['warehouse_id']}")
    yield _fact("Receipted", "已签发仓单数量", f"{pool['receipted']:,}")
    attested_on = pool["attested_on"] or "never"
    yield _fact("Attested stock", "已核验库存", f"{pool['attested']:,} ({attested_on})")


def _of_content(content: Mapping[str, Any]) -> Iterator[Facts | Table | Note]:
    shown = content["shown"]
    if shown:
        columns = (Column(Label("Field", "字段"), 1), Column(Label("Value", "内容"), 3))
        rows = tuple((Cell(field["name"]), Cell(_value(field["value"]))) for field in shown)
        yield Table(columns, rows)
    version = Fact(Label("Committed to at version", "承诺所在版本"), Cell(str(content["version"])))
    commitment = Fact(Label("Commitment", "承诺值"), Cell(content["commitment"], Look.EXACT))
    yield Facts((version, commitment))
    yield Note(
        Label(
            "Fields that are not shown are hidden, and there may be some.",
            "未列示的字段已隐藏；可能存在其他字段。",
        )
    )


def _of_changes(changes: list[Mapping[str, Any]]) -> Table:
    columns = (
        Column(Label("Version", "版本"), 1, Look.NUMBER),
        Column(Label("Event", "事件"), 2),
        Column(Label("Block", "区块"), 1, Look.NUMBER),
        Column(Label("Time", "时间"), 2),
    )
    rows = tuple(
        (
            Cell(str(change["version"]), Look.NUMBER),
            Cell(change["event"]),
            Cell(str(change["block"]["number"]), Look.NUMBER),
            Cell(change["block"]["at"]),
        )
        for change in changes
    )
    return Table(columns, rows)


def _how_to_check(
    certificate: Mapping[str, Any], public_url: str | None
) -> Iterator[Facts | Note | Code]:
    block, ledger = certificate["block"], certificate["ledger"]
    yield Note(
        Label(
            "This sheet is a reading of a certificate, which is a file of its own. It is the file "
            "that proves what is said here, and it needs no gateway for that: check it with "
            "scripts/verify_certificate.py against the hash of the block, from a node or an "
            "auditor that you trust. The digest that the check prints must be the one below. Of "
            "changes in blocks long before, it says which further block hashes have to be trusted.",
            "本页为证明文件的可读版本，证明力在于文件本身，核验无需网关："
            "以您信任的节点或审计方提供的区块哈希，运行 scripts/verify_certificate.py 核验；"
            "其输出的摘要应与下列摘要一致。较早区块的变更，核验时会列出另需信任的区块哈希。",
        )
    )
    yield Facts(
        (
            Fact(Label("Digest", "摘要"), Cell(digest_of(certificate), Look.EXACT)),
            Fact(Label("Block", "区块"), Cell(str(block["number"]))),
            Fact(Label("Block hash", "区块哈希"), Cell(block["hash"], Look.EXACT)),
            Fact(Label("Ledger", "合约地址"), Cell(ledger["contract"], Look.EXACT)),
            Fact(Label("Chain", "链标识"), Cell(str(ledger["chain_id"]))),
            Fact(Label("Code hash", "代码哈希"), Cell(ledger["code_hash"], Look.EXACT)),
        )
    )
    if public_url is not None:
        url = f"{public_url.rstrip('/')}/v1/blocks/{block['hash']}"
        yield Code(url, Label("Is this block final? Ask here.", "扫码查询该区块是否已最终确认"))
        return
    command = f"verify_certificate.py FILE --head {block['hash']} --contract {ledger['contract']}"
    yield Code(command, Label("The command that checks the file", "核验命令"))


def _fact(english: str, chinese: str, value: str) -> Fact:
    return Fact(Label(english, chinese), Cell(value))


def _truth(english: str, chinese: str, value: bool) -> Fact:
    word, translated = _YES if value else _NO
    return Fact(Label(english, chinese), Cell(word, Look.BAD if value else Look.PLAIN, translated))


def _moment(block: Mapping[str, Any]) -> str:
    return f"{block['at']} (block {block['number']})"


def _value(value: Any) -> str:
    match value:
        case dict():
            return ", ".join(f"{name} {_value(member)}" for name, member in value.items())
        case list():
            return "; ".join(_value(member) for member in value)
        case str():
            return value
        case _:
            return json.dumps(value)

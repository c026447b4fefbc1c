"""Every problem that the API can answer with: status, title in English and Chinese, rule.

One line for each refusal code and for each fault of the world. No handler writes a title.
"""

from dataclasses import dataclass
from enum import StrEnum

from receipts_ledger.errors import RefusalCode as Code


class Fault(StrEnum):
    """Problems that are no refusal: a thing that is not there, or a world that is not ready."""

    NOT_FOUND = "NotFound"
    METHOD_NOT_ALLOWED = "MethodNotAllowed"
    MALFORMED_BODY = "MalformedBody"
    UNAVAILABLE = "Unavailable"
    QUEUE_FULL = "QueueFull"
    NO_LANE_READY = "NoLaneReady"
    INTERNAL = "InternalFault"


@dataclass(frozen=True, slots=True)
class Entry:
    """What is said of a problem, whoever meets it."""

    status: int
    title: str
    title_zh: str
    rule: str


CATALOGUE: dict[Code | Fault, Entry] = {
    Code.MALFORMED_ACT: Entry(
        422, "Malformed act", "操作格式错误", "An act has exactly one wire form."
    ),
    Code.DEADLINE_PASSED: Entry(
        422,
        "Deadline passed",
        "已过截止时间",
        "An act is carried out before its deadline or never.",
    ),
    Code.UNKNOWN_POOL: Entry(
        404, "Unknown pool", "货位池不存在", "An act names a pool that exists."
    ),
    Code.UNKNOWN_RECEIPT: Entry(
        404, "Unknown receipt", "仓单不存在", "An act names a receipt that exists."
    ),
    Code.NOT_OPEN: Entry(
        409, "Receipt is not open", "仓单已终止", "After its end nothing happens to a receipt."
    ),
    Code.SEALED: Entry(
        409,
        "Pool is sealed",
        "货位池已封存",
        "A sealed pool and its receipts go on on the next ledger.",
    ),
    Code.UNKNOWN_PARTY: Entry(
        404, "Unknown party", "参与方不存在", "An act names parties that have been admitted."
    ),
    Code.NOT_ENCUMBERED: Entry(
        409,
        "Receipt is not pledged",
        "仓单未出质",
        "Only what is pledged is released, assigned or enforced.",
    ),
    Code.BAD_SIGNATURE: Entry(
        422,
        "Bad signature",
        "签名无效",
        "A signature is canonical ECDSA over secp256k1, with low s.",
    ),
    Code.UNKNOWN_KEY: Entry(
        403, "Unknown key", "密钥不属于任何参与方", "Only a live key of a party signs for it."
    ),
    Code.PARTY_NOT_ACTIVE: Entry(
        403, "Party is not active", "参与方未激活", "A suspended party starts nothing new."
    ),
    Code.MISSING_CONSENT: Entry(
        403, "Missing consent", "缺少必要方同意", "An act is signed by all whose consent it needs."
    ),
    Code.SURPLUS_SIGNATURE: Entry(
        422,
        "Surplus signature",
        "多余的签名",
        "An act carries the signatures it needs, and no others.",
    ),
    Code.WRONG_ROLE: Entry(
        403, "Wrong role", "角色不符", "A party acts only in a role that it holds."
    ),
    Code.PARTY_EXISTS: Entry(
        409, "Party exists", "参与方编号已占用", "A party number is given once."
    ),
    Code.PARTY_NUMBER_OUT_OF_RANGE: Entry(
        422,
        "Party number out of range",
        "参与方编号超出范围",
        "Institutions have numbers to 65,535, parties that only hold to 4,194,303.",
    ),
    Code.CONFLICTING_ROLES: Entry(
        422,
        "Conflicting roles",
        "角色冲突",
        "Whoever counts stores nothing; whoever decides trades nothing.",
    ),
    Code.KEY_ALREADY_BOUND: Entry(409, "Key is bound", "密钥已绑定", "A key speaks for one party."),
    Code.KEY_NOT_BOUND: Entry(
        409, "Key is not bound", "密钥未绑定", "Only a key of the party can be revoked."
    ),
    Code.TOO_MANY_KEYS: Entry(
        409, "Too many keys", "密钥数量超限", "A party has at most eight keys at a time."
    ),
    Code.PARTY_ACTIVE: Entry(
        409, "Party is active", "参与方处于激活状态", "Only a suspended party is reinstated."
    ),
    Code.SELF_SUSPENSION: Entry(
        422, "Self-suspension", "不得暂停自身", "A registrar does not suspend itself."
    ),
    Code.VETOED: Entry(
        409,
        "Recovery was vetoed",
        "密钥恢复已被否决",
        "A recovery to which one of the keys objected is over.",
    ),
    Code.NOT_IN_RECOVERY: Entry(
        409,
        "No recovery has begun",
        "未启动密钥恢复",
        "Only a recovery that has begun is vetoed or completed.",
    ),
    Code.IN_RECOVERY: Entry(
        409,
        "Party is in recovery",
        "参与方正在恢复密钥",
        "Until a recovery ends, nothing else about the party changes.",
    ),
    Code.POOL_EXISTS: Entry(409, "Pool exists", "货位池编号已占用", "A pool number is given once."),
    Code.PREDECESSOR_NOT_SEALED: Entry(
        409,
        "Predecessor is not sealed",
        "前一账本尚未封存",
        "No pool is opened while the ledger before this one still runs.",
    ),
    Code.PAGED_NOT_SERIALISED: Entry(
        422,
        "Pages without serial numbers",
        "未按件编号的货物不得分页",
        "Items stand in pages only where goods are serialised.",
    ),
    Code.INSPECTOR_NOT_INDEPENDENT: Entry(
        409,
        "Inspector is not independent",
        "检验方不独立",
        "The inspector is neither the warehouse nor a holder.",
    ),
    Code.NUMBER_GAP: Entry(
        409, "Number gap", "仓单编号不连续", "Receipt numbers of a pool run without a gap."
    ),
    Code.EMPTY_ACT: Entry(
        422, "Empty act", "操作内容为空", "An act over many receipts names at least one."
    ),
    Code.OUT_OF_ORDER: Entry(
        422,
        "Out of order",
        "仓单未按升序排列",
        "A portfolio names its receipts in ascending order, each once.",
    ),
    Code.MIXED_PORTFOLIO: Entry(
        422,
        "Mixed portfolio",
        "仓单组合不一致",
        "A portfolio is of one holder, one warehouse and one pledgee.",
    ),
    Code.PAUSED: Entry(
        409, "Pool is paused", "货位池已暂停", "In a paused pool nothing new is issued or pledged."
    ),
    Code.NOT_PAUSED: Entry(
        409, "Pool is not paused", "货位池未暂停", "Only a paused pool is resumed."
    ),
    Code.ZERO_QUANTITY: Entry(422, "Zero quantity", "数量为零", "A quantity is more than zero."),
    Code.QUANTITY_OUT_OF_RANGE: Entry(
        422, "Quantity out of range", "数量超出范围", "A quantity fits its field on the chain."
    ),
    Code.DAY_OUT_OF_RANGE: Entry(
        422, "Day out of range", "日期超出范围", "A day lies between 2020-01-01 and 2064-11-08."
    ),
    Code.ITEMS_MISSING: Entry(
        422, "Items missing", "缺少货物件号", "Serialised goods are named item by item."
    ),
    Code.SUM_MISMATCH: Entry(
        422, "Sum mismatch", "分拆数量之和不符", "The parts of a split add up to the receipt."
    ),
    Code.MIXED_GOODS: Entry(
        422,
        "Mixed goods",
        "货物不一致",
        "Receipts are merged that differ in quantity and storage alone.",
    ),
    Code.NOT_HOLDER: Entry(
        409,
        "Not the holder",
        "非仓单持有人",
        "A warehouse cancels, and a pledgor substitutes, what it holds itself.",
    ),
    Code.SELF_TRANSFER: Entry(
        422, "Self-transfer", "不得转让给自己", "A receipt is transferred to somebody else."
    ),
    Code.NON_NEGOTIABLE: Entry(
        409,
        "Not negotiable",
        "记名仓单不得背书转让",
        "A receipt that is made out to a person cannot be endorsed to another.",
    ),
    Code.SELF_PLEDGE: Entry(
        422,
        "Self-pledge",
        "不得质押给自己",
        "The pledgee is neither the pledgor nor the warehouse.",
    ),
    Code.SELF_ASSIGNMENT: Entry(
        422, "Self-assignment", "不得转让给原质权人", "A pledge is assigned to another lender."
    ),
    Code.ALREADY_ENCUMBERED: Entry(
        409, "Already pledged", "仓单已出质，不得重复质押", "A receipt secures one claim at a time."
    ),
    Code.ENCUMBERED: Entry(
        409, "Receipt is pledged", "仓单处于质押状态", "A pledged receipt is not transferred."
    ),
    Code.FROZEN: Entry(
        409, "Receipt is frozen", "仓单已冻结", "Nothing but a release moves a frozen receipt."
    ),
    Code.PAPER_OUTSTANDING: Entry(
        409,
        "Paper receipt outstanding",
        "纸质仓单未收回",
        "While a paper receipt is out, nothing happens to its twin here.",
    ),
    Code.NOT_ON_PAPER: Entry(
        409, "Not on paper", "未转为纸质仓单", "Only a receipt on paper is taken off it."
    ),
    Code.THIRD_PARTY_CLAIM: Entry(
        409,
        "Third-party claim",
        "存在第三方权利主张",
        "Nobody lends on goods that a third party claims.",
    ),
    Code.NO_CLAIM: Entry(
        409, "No claim noted", "未登记第三方权利主张", "Only a claim that was noted is lifted."
    ),
    Code.NOT_FROZEN: Entry(
        409, "Receipt is not frozen", "仓单未冻结", "Only a frozen receipt is unfrozen."
    ),
    Code.ALREADY_IN_DEFAULT: Entry(
        409, "Already in default", "已宣告违约", "Default is declared once, until it is cured."
    ),
    Code.NOT_IN_DEFAULT: Entry(
        409, "Not in default", "未宣告违约", "A pledge is cured or enforced after default."
    ),
    Code.NOT_DUE: Entry(
        409, "Not due", "债权尚未到期", "A claim can be paid until the end of its maturity day."
    ),
    Code.NOTICE_RUNNING: Entry(
        409,
        "Notice is running",
        "违约通知期未满",
        "A pledge is enforced when the days of notice since the default have passed.",
    ),
    Code.STORAGE_EXPIRED: Entry(
        409,
        "Storage has expired",
        "储存期限已届满",
        "After the storage period only exits are left.",
    ),
    Code.STORAGE_NOT_EXTENDED: Entry(
        422,
        "Storage not extended",
        "未延长仓储期",
        "An extension ends later than storage does already.",
    ),
    Code.MATURITY_AFTER_STORAGE: Entry(
        422,
        "Maturity after storage",
        "到期日晚于储存期限",
        "A claim falls due within the storage period.",
    ),
    Code.MATURITY_PASSED: Entry(
        422, "Maturity has passed", "到期日已过", "A claim falls due today or later."
    ),
    Code.NO_TRADE_BACKGROUND: Entry(
        422,
        "No trade background",
        "缺少真实贸易背景",
        "No finance without a real trade behind it: a pledge names a trade document.",
    ),
    Code.STALE_ATTESTATION: Entry(
        409,
        "Attestation is stale",
        "盘点证明已过期",
        "Nobody lends against a count that is too old.",
    ),
    Code.CUSTOMS_NOT_CLEARED: Entry(
        409,
        "Customs not cleared",
        "未办结海关手续",
        "Goods under customs leave only against a clearance.",
    ),
    Code.QUANTITY_INCREASED: Entry(
        422,
        "Quantity increased",
        "更正后数量增加",
        "A correction never makes a receipt stand for more goods.",
    ),
    Code.OVER_DELIVERY: Entry(
        422,
        "Over-delivery",
        "提货数量超过仓单数量",
        "No more is delivered than the receipt stands for.",
    ),
    Code.OVER_ATTESTED: Entry(
        409,
        "More than attested",
        "超过已盘点数量",
        "No more is receipted than an independent inspector has attested.",
    ),
    Code.OVER_CAPACITY: Entry(
        409, "More than capacity", "超过库容", "No more is attested than the place can hold."
    ),
    Code.BELOW_RECEIPTED: Entry(
        409,
        "Less than receipted",
        "低于已签发仓单数量",
        "No less is attested than receipts are open for.",
    ),
    Code.STALE_VERSION: Entry(
        409, "Stale version", "版本已过时", "An act names the present version of its subject."
    ),
    Code.VERSIONS_EXHAUSTED: Entry(
        409, "Versions exhausted", "版本号已用尽", "The last versions are kept for exits."
    ),
    Code.ITEM_ALREADY_RECEIPTED: Entry(
        409,
        "Item already receipted",
        "货物已载于其他仓单",
        "An item is in at most one open receipt, in any warehouse.",
    ),
    Code.ITEM_NOT_IN_RECEIPT: Entry(
        409,
        "Item not in the receipt",
        "货物不在该仓单内",
        "Only items of the receipt are delivered.",
    ),
    Code.DOCUMENT_ALREADY_USED: Entry(
        409,
        "Document already used",
        "单据已被使用",
        "A document backs one issue or one pledge, once.",
    ),
    Code.NOT_AUTHENTICATED: Entry(
        401, "Not authenticated", "未通过身份验证", "A request shows a live api token."
    ),
    Code.NOT_YOUR_ROLE: Entry(
        403,
        "Not your role",
        "您无权进行此操作",
        "An act is started and signed by those it concerns.",
    ),
    Code.INVALID_REQUEST: Entry(
        422,
        "Invalid request",
        "请求内容无效",
        "A request says what its schema asks for, and nothing else.",
    ),
    Code.PROFILE_MISMATCH: Entry(
        422,
        "Profile mismatch",
        "与商品规格不符",
        "A receipt's content fits the profile of its commodity.",
    ),
    Code.ACT_TOO_LARGE: Entry(422, "Act too large", "操作规模过大", "An act fits one transaction."),
    Code.PLEDGE_UNDER_WAY: Entry(
        409,
        "Pledge under way",
        "另一笔质押正在办理",
        "One pledge of a receipt is on its way at a time.",
    ),
    Code.ACT_CLOSED: Entry(
        409, "Act is closed", "操作已结束", "Only a draft is signed or withdrawn."
    ),
    Code.ALREADY_SIGNED: Entry(409, "Already signed", "已签署", "A consent is given once."),
    Code.IDEMPOTENCY_KEY_MISSING: Entry(
        400, "Idempotency key missing", "缺少幂等键", "Every POST carries an Idempotency-Key."
    ),
    Code.IDEMPOTENCY_KEY_REUSED: Entry(
        422, "Idempotency key reused", "幂等键已用于其他请求", "A key stands for one request."
    ),
    Code.REQUEST_RUNNING: Entry(
        409, "Request is running", "请求正在处理", "A request is carried out once."
    ),
    Code.BODY_TOO_LARGE: Entry(
        413, "Body too large", "请求体过大", "A body is no larger than the gateway's limit."
    ),
    Code.LOGIN_REFUSED: Entry(
        401,
        "Log-in refused",
        "登录被拒绝",
        "A live key of an active party signs a fresh message of this gateway, once.",
    ),
    Code.TOO_MANY_REQUESTS: Entry(
        429,
        "Too many requests",
        "请求过于频繁",
        "Nobody asks more often than the limits allow.",
    ),
    Code.NO_STATE_PROOFS: Entry(
        501,
        "No proofs of the state",
        "节点不提供状态证明",
        "A certificate holds only what the node proves by eth_getProof.",
    ),
    Fault.NOT_FOUND: Entry(
        404, "Not found", "未找到", "There is no such thing, or none that you may know of."
    ),
    Fault.METHOD_NOT_ALLOWED: Entry(
        405, "Method not allowed", "不支持该方法", "A resource takes the methods in Allow."
    ),
    Fault.MALFORMED_BODY: Entry(
        400,
        "Malformed body",
        "请求体无法解析",
        "A body is JSON in UTF-8, sent as application/json.",
    ),
    Fault.UNAVAILABLE: Entry(
        503, "Not ready", "服务暂不可用", "The same request may succeed after Retry-After seconds."
    ),
    Fault.QUEUE_FULL: Entry(
        503,
        "Too much waits",
        "待处理操作过多",
        "A last signature is taken while there is room; send it again after Retry-After seconds.",
    ),
    Fault.NO_LANE_READY: Entry(
        503,
        "Nothing can be relayed",
        "暂无可用的中继账户",
        "A last signature is taken while a lane can pay; send it again after Retry-After seconds.",
    ),
    Fault.INTERNAL: Entry(
        500,
        "Internal fault",
        "内部错误",
        "This is the gateway's fault, and it has been written down.",
    ),
}

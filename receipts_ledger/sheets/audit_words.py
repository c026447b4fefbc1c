"""The words of the audit's sheet in both languages, by the names that the document uses."""

from receipts_ledger.sheets.sheet import Label

VERDICTS = {
    "equal": Label("EQUAL", "一致"),
    "different": Label("DIFFERENT", "存在差异"),
    "undecided": Label("UNDECIDED", "未能判定"),
    "proved": Label("proved", "已证明"),
    "agrees": Label("agrees", "一致"),
    "trusted": Label("trusted", "可信"),
    "DIFFERENT": Label("DIFFERENT", "有差异"),
    "NOT PROVED": Label("NOT PROVED", "未证明"),
    "ON TRUST": Label("ON TRUST", "仅凭信任"),
    "not done": Label("not done", "未检查"),
}

CHECKS = {
    "head": "链头由谁确认",
    "since": "此前的区块以哪一份审计报告为准",
    "headers": "区块头逐一相连，并重新计算哈希",
    "receipts": "回执根：日志无遗漏、增加或改动",
    "transactions": "交易根：调用数据即为所发送者",
    "consent": "恢复全部签名；每一行为均具备所需同意",
    "events": "每一事件均由所签声明得出",
    "invariants": "不变量 I1 至 I12",
    "storage": "合约存储逐字比对",
    "database": "数据库逐行比对",
}

QUESTIONS = {
    "consent": Label("a signature is missing", "缺少签名"),
    "statement": Label("not what was signed", "与所签声明不符"),
    "inner_call": Label("sent through another contract", "经由其他合约发送"),
    "unexplained": Label("no act explains it", "无行为可解释"),
    "contradiction": Label("cannot follow from what was before", "与此前状态矛盾"),
    "invariant": Label("breaks an invariant", "违反不变量"),
    "storage": Label("contract storage differs", "合约存储不符"),
    "sql": Label("database differs", "数据库不符"),
}

LEDGER = {
    "chain_id": Label("Chain", "链编号"),
    "contract": Label("Contract", "合约地址"),
    "genesis_hash": Label("Genesis block", "创世区块"),
    "code_hash": Label("Hash of the contract's code", "合约代码哈希"),
    "blocks": Label("Blocks", "区块范围"),
    "head_hash": Label("Hash of the head", "链头哈希"),
    "trust": Label("On whose word it is the head", "链头的依据"),
}

COUNTS = {
    "receipts_open": Label("Receipts open", "有效仓单"),
    "receipts_encumbered": Label("of them pledged", "其中已质押"),
    "receipts_closed": Label("Receipts closed", "已终结仓单"),
    "pools": Label("Pools", "货位"),
    "parties": Label("Parties", "参与方"),
    "blocks": Label("Blocks", "区块"),
    "transactions": Label("Transactions of the ledger", "账本交易"),
    "events": Label("Events", "事件"),
    "signatures": Label("Signatures", "签名"),
    "storage_words": Label("Words of storage compared", "比对的存储字"),
    "receipts_open_proved": Label("Open receipts proved in storage", "经存储证明的有效仓单"),
    "pools_proved": Label("Pools proved in storage", "经存储证明的货位"),
    "rows": Label("Rows of the database", "数据库行数"),
}

DIGESTS = {
    "events": Label("All events, in their order", "全部事件（按顺序）"),
    "state": Label("State at the head", "链头处的状态"),
    "refusals": Label("Refused attempts", "被拒绝的尝试"),
    "differences": Label("Differences", "差异"),
}

ROLES = {
    "registrar": Label("registrar", "登记机构"),
    "warehouse": Label("warehouse", "保管人"),
    "holder": Label("holder", "仓单持有人"),
    "lender": Label("lender", "质权人"),
    "inspector": Label("inspector", "检验机构"),
    "authority": Label("authority", "有权机关"),
    "auditor": Label("auditor", "审计方"),
    "guardian": Label("guardian", "监护方"),
}

ACTS = {
    "Admit": "准入",
    "Suspend": "暂停资格",
    "Reinstate": "恢复资格",
    "BindKey": "绑定密钥",
    "RevokeKey": "吊销密钥",
    "Recover": "申请密钥恢复",
    "VetoRecovery": "否决密钥恢复",
    "CompleteRecovery": "完成密钥恢复",
    "OpenPool": "设立货位",
    "Attest": "盘点",
    "Pause": "暂停货位",
    "Resume": "恢复货位",
    "Seal": "封存货位",
    "Issue": "填发仓单",
    "Deliver": "提货",
    "Cancel": "注销仓单",
    "WriteDown": "核减",
    "Transfer": "背书转让",
    "TransferPortfolio": "组合转让",
    "Invalidate": "作废待签文件",
    "Pledge": "出质",
    "PledgePortfolio": "组合出质",
    "Release": "解除质押",
    "ReleasePortfolio": "组合解押",
    "AssignPledge": "质权转让",
    "Substitute": "置换质押物",
    "Default": "宣告违约",
    "Cure": "违约补救",
    "Enforce": "实现质权",
    "Split": "仓单分拆",
    "Merge": "仓单合并",
    "Replace": "更正换单",
    "ExtendStorage": "展期",
    "ToPaper": "转为纸质仓单",
    "FromPaper": "转回电子仓单",
    "NoteClaim": "登记第三方权利主张",
    "LiftClaim": "撤销第三方权利主张",
    "Freeze": "冻结",
    "Unfreeze": "解除冻结",
    "MalformedAct": "无法识别的行为",
}

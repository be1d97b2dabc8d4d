"""What a column is beside an item: somebody's name, a date, a duration, a group, a number."""

from __future__ import annotations

import re
from collections import Counter
from typing import TYPE_CHECKING

import numpy as np
import pandas as pd

from loyalty.cases.faults import EMAIL
from loyalty.ground.thresholds import threshold
from loyalty.newcase.orders import NO_ANSWER, ordered

if TYPE_CHECKING:
    from loyalty.newcase.source import Column

PERSONAL = re.compile(
    r"e-?mail|mail address|\bname\b|first.?name|last.?name|surname|full.?name|recipient|phone|"
    r"mobile(?: number)?$|telephone|\bip\b|ip.?addr|latitude|longitude|\bgeo|address|street|"
    r"postal|post.?code|zip.?code|\bzip\b|prolific|worker.?id|assignment.?id|participant|"
    r"respondent.?id|response.?id|responseid|collector.?id|user.?id|username|student.?id|"
    r"external.?(?:data)?ref|record.?id|survey.?identifier|passport|social.?security|\bssn\b|"
    r"\btoken\b|refurl|birth|custom data|signature|"
    r"姓名|名字|电话|手机|邮箱|邮件|微信|\bqq\b|来自ip|住址|地址|身份证|学号|工号|昵称|联系方式|用户名|详细地址|出生|"
    r"vorname|nachname|anschrift|telefon|correo|courriel|nom de famille|prénom",
    re.I,
)
#: Headings over what people wrote beside a choice: *other, please specify*.
OTHER = re.compile(
    r".*_TEXT(?:_\d+)?|.*\[(?:other|comment)\]|.*(?<![a-z])comment|"
    r".*(?:please (?:specify|describe|explain)|bitte (?:angeben|nennen)|por favor especifi\w+).*|"
    r".*[\(（\[〔〖].{0,4}(?:请注明|请说明|请填写|填空).*",
    re.I | re.S,
)
#: Short headings over what people wrote, where the answers are no scale.
REMARK = re.compile(
    r"(?:any (?:other |further )?)?(?:comment|remark|suggestion|feedback)s?|(?:anmerkung|bemerkung|kommentar)\w*|"
    r"(?:sonstige|weitere) \w+|comentarios?|observaciones|commentaires?|remarques?|"
    r"(?:\d+[、.．])?.{0,8}(?:其他|宝贵|什么|哪些)(?:的)?(?:建议|意见)|备注|留言",
    re.I,
)
DATE = re.compile(
    r"date|timestamp|time ?stamp|submitted|started|completed|recorded|created|modified|"
    r"zeitstempel|datum|horodateur|marca temporal|fecha|"
    r"开始时间|提交.*时间|答题时间|填写时间|时间戳",
    re.I,
)
SECONDS = re.compile(
    r"duration|interviewtime|total.?time|time.?taken|seconds|completion.?time|dauer|"
    r"所用时间|答题时长|用时",
    re.I,
)
ADMIN = re.compile(
    r"^(?:progress|finished|status|response type|distributionchannel|userlanguage|language|seed|"
    r"lastpage|last page|startlanguage|start language|group ?time.*|question ?time.*|nps_group|.*_nps_group|channel|collector|device|browser|version|resolution|"
    r"operating system|redcap_.*|.*_complete|complete\?|survey|序号|来源|来源详情|总分|编号|submitid|row|index|"
    r"unnamed: \d+|metainfo|quota|"
    r".*[ _](?:first click|last click|page submit|click count)|.*_do(?:_\w+)?|sc\d+|"
    r"q_(?:recaptcha|relevantid|duplicate|total|ballot|fraud|data|url|lang|terminate|dl$|jfe|pop|amb|"
    r"straight|unanswered|chl|embedded|browser|device)\w*)$",
    re.I,
)
ATTENTION = re.compile(
    r"attention|instructed|manipulation.?check|quality.?check|(?:please )?(?:select|choose|tick|click)"
    r" ['\"“‘]?\w+.{0,30}(?:to show|for this|here|answer|option)|please (?:select|choose|tick)|"
    r"请选择?[“\"「]|本题请选|注意力|请选择(?:非常|不|比较)",
    re.I,
)
RECOMMEND = re.compile(r"\bnps\b|recommend|推荐|推薦|weiterempfehl|recomend", re.I)
#: A scale of eleven points, of which nobody may have chosen the lowest.
FROM_ZERO = re.compile(r"\bnps\b|(?<!\d)0 ?(?:[-–—~～]|to|bis|a|à|到|至) ?10(?!\d)", re.I)
GROUPING = re.compile(
    r"(?<![A-Za-z])(?:gender|sex\b|age\b|age.?(?:group|class|band)|how old|income|educat|degree|employ|"
    r"occupation|profession|job\b|region|country|state\b|city\b|area\b|district|marital|house|industr|"
    r"sector|firm|size|type|segment|group|provider|brand|company|branch|store|wave|quarte|year|month|"
    r"channel|faculty|diploma|residen|customer.?type|member|plan\b|contract|condition|treatment|"
    r"version|ethnic|race\b|hispanic|freq|used?\b|service.?(?:type|provider))|"
    r"性别|年龄|学历|收入|职业|地区|城市|婚姻|行业|单位|省份|教育|身份|类型|频率|"
    r"geschlecht|alter\b|sexo|edad",
    re.I,
)
#: Words that tell what a construct is in a model of loyalty.
OUTCOME = re.compile(
    r"loyal|\bloy|repur|rebuy|recommend|intent|intention|\bcusl|churn|switch|stay|wom\b|word.?of.?mouth|"
    r"commit|\bint\b|\bpi\b|treue|loyalität|bindung|wieder(?:kauf|kommen)|weiterempfehl|bleiben|"
    r"fidel|fidél|recomend|recommand|volver|忠诚|复购|推荐|再购|再次购买|继续(?:购买|使用|光顾)|意愿|意向|打算|口碑|"
    r"忠誠|復購|推薦|再購|再次購買|繼續(?:購買|使用|光顧)|意願|충성|재구매|추천|의향|ロイヤル|再購入|推奨|継続",
    re.I,
)
SATISFACTION = re.compile(r"satis|\bsat\b|cusa|\bcsi\b|满意|滿意|満足|만족|zufrieden", re.I)
#: Words for a rating of the whole.
OVERALL = re.compile(r"\bglobal\b|\boverall\b|\bgeneral\b|insgesamt|总体|整体", re.I)
#: A column of weights by its name, and one that says so in any unit.
WEIGHT = re.compile(
    r"(?<![a-z])(?:weights?|weighting|wgts?|wts?|w8|gewicht\w*|gewichtung\w*|pond[eé]ra\w*|peso)(?![a-z])|"
    r"权重|加权|權重|加權",
    re.I,
)
SURVEY_WEIGHT = re.compile(
    r"(?:survey|design|sampl\w*|post.?strat\w*|case|respondent|final(?: \w+)?|raking|analysis|"
    r"expansion|population) ?weight|(?<![a-z])(?:w ?fstuwt|totwgt|wgtstud|[apd]n?weight|pspwght|finalwgt)(?![a-z])|"
    r"weighting (?:factor|variable)|gewichtungsfaktor|designgewicht|"
    r"(?:抽样|样本|设计|调查|事后分层|最终)(?:权重|加权)|加权(?:系数|因子)|权重系数",
    re.I,
)
#: Columns that say by a code in which school, shop or branch somebody was asked.
_UNIT = re.compile(
    r"(?:id|code|no|nr|number)?[ _.-]*(?:school|class|classroom|branch|store|shop|outlet|site|clinic|hospital|hotel|"
    r"cent(?:er|re)|psu|cluster|interviewer|team|schule?|klasse|filiale|geschäftsstelle|学校|班级|门店|网点|分店)"
    r"[ _.-]*(?:id|code|no|nr|number|编号|代码|号)?",
    re.I,
)
#: Columns that number or name respondents by a code.
_ID = re.compile(
    r"id|.*[ _-]id|(?:resp|respondent|participant|subject|case|user|person|record)[ _-]?"
    r"(?:id|no|nr|number|code|key)|u?uid|guid|编号|被试编号|受访者编号",
    re.I,
)
_IP = re.compile(r"\d{1,3}(?:\.\d{1,3}){3}(?:\(.*\))?|[0-9a-f:]{4,}:[0-9a-f:]+", re.I)
_PHONE = re.compile(r"(?:\+|00)\d[\d\s()./-]{7,}|1[3-9]\d{9}|\(?\d{3}\)?[ -]\d{3}[ -]\d{4}")
_LONG_NUMBER = re.compile(r"(?<!\d)(?!20\d\d[01]\d[0-3]\d)\d{10,}[Xx]?(?!\d)")


def cut(name: str) -> float:
    """A cut-off by which a column is judged (``thresholds.yml``)."""
    return threshold(f"new_{name}").value


def of_somebody(text: str) -> bool:
    """Whether a text that is no cell (a file's name, what stands over headings) holds an address,
    a telephone number or another long one."""
    return any(p.search(text) for p in (EMAIL, _PHONE, _LONG_NUMBER))


_MONTH = r"(?:Jan|Feb|Mar|Apr|May|Jun|Jul|Aug|Sep|Oct|Nov|Dec)[a-z]{0,6}"
_DATED = re.compile(
    r"(?:\d{4}[-/.年]\d{1,2}[-/.月]\d{1,2}日?|\d{1,2}[-/.]\d{1,2}[-/.]\d{2,4}|"
    r"(?:19|20)\d{2}(?:0[1-9]|1[0-2])(?:0[1-9]|[12]\d|3[01])|(?:19|20)\d{2}-(?:0[1-9]|1[0-2])|"
    rf"\d{{1,2}}[ -]{_MONTH}[ -]\d{{4}}|{_MONTH} \d{{1,2}},? \d{{4}})"
    r"(?:[ T]+\d{1,2}:\d{2}(?::\d{2}(?:\.\d+)?)?(?: ?[AaPp]\.?[Mm]\.?)?(?: ?(?:Z|[A-Z]{3,4}|GMT.*|[+-]\d{2}:?\d{2}))?)?"
)


def weights(column: Column, numbers: pd.Series) -> bool:
    """Whether a column of numbers says how many people a respondent stands for: it is named or
    labelled so, no number is below 0, not all are whole, and where its label does not say that it
    is a survey's weight their mean is about 1 (what people weigh is not)."""
    known = numbers.dropna()
    named = f"{column.code.replace('_', ' ')} {column.asked.replace('_', ' ')}"
    if len(known) < 2 or known.min() < 0 or not known.max() > 0 or (known % 1 == 0).all():
        return False
    if SURVEY_WEIGHT.search(named):
        return True
    return bool(WEIGHT.search(named)) and cut("light") <= float(known.mean()) <= cut("heavy")


def unit(column: Column, numbers: pd.Series) -> bool:
    """Whether a column of whole numbers says in which school, shop or branch somebody was asked:
    it is named or labelled so, and most of its numbers stand there several times."""
    known = numbers.dropna()
    named = any(_UNIT.fullmatch(t.strip()) for t in (column.code, column.asked))
    few = known.nunique() <= cut("most") * len(known)
    return named and few and bool((known % 1 == 0).all())


def personal(column: Column, counts: Counter[str]) -> str | None:
    """Why a column is about a single person, or None."""
    texts = list(counts)[:400]
    if not texts:
        return None
    for why, pattern in (("email", EMAIL), ("ip", _IP), ("phone", _PHONE)):
        if sum(bool(pattern.fullmatch(t)) for t in texts) > cut("most") * len(texts):
            return why
    n = sum(counts.values())
    written = sum(counts[t] for t in texts)
    addresses = sum(counts[t] for t in texts if EMAIL.search(t))
    if addresses > cut("some") * written:  # else a slip in a column of answers
        return "email"
    enough = n >= cut("few_rows")
    if _ID.fullmatch(column.code.strip()) and enough and len(counts) > cut("most") * n:
        return "id"
    short = len(column.asked) < 60
    few = len(counts) <= cut("kinds") and n > cut("repeats") * len(counts)
    if (PERSONAL.search(column.code) or (short and PERSONAL.search(column.asked))) and not (
        few and GROUPING.search(column.code)
    ):
        return "name" if not few or not _answers(texts) else None
    if enough and len(counts) > cut("nearly_all") * n and _tokens(texts):
        return "id"
    beside = OTHER.fullmatch(column.code) or OTHER.fullmatch(column.asked)
    remark = REMARK.fullmatch(column.code.strip(" ?？:：。")) and ordered(texts) is None
    if (beside or remark) and not all(_number(t) for t in texts):
        return "open"
    if _open(texts, counts, n):
        return "open"
    return None


def _answers(texts: list[str]) -> bool:
    return all(len(t) <= 2 for t in texts)


def _tokens(texts: list[str]) -> bool:
    """Whether texts are identifiers: letters and digits mixed, of one length or so."""
    token = re.compile(r"(?=.*\d)(?=.*[A-Za-z])[A-Za-z0-9_-]{6,}")
    return sum(bool(token.fullmatch(t)) for t in texts) > cut("tokens") * len(texts)


def _open(texts: list[str], counts: Counter[str], n: int) -> bool:
    """Whether a column holds what people wrote themselves."""
    words = [t for t in texts if not _number(t) and not NO_ANSWER.fullmatch(t)]
    if len(words) < cut("most") * len(texts):
        return False
    if any(len(t) > cut("long") for t in words) and len(counts) > cut("kinds"):
        return True
    return len(counts) > max(cut("kinds"), cut("some") * n)


_NAMED = (
    re.compile(
        r"(?:what is|what['’]s|please (?:state|indicate|select|give)) your (.{2,40}?)[?.:]*", re.I
    ),
    re.compile(
        r"(?:was|wie) ist ihr\w* (.{2,40}?)[?.:]*|ihr\w* ((?!\w+ (?:sind|haben|werden)).{2,40}?)[:.]*",
        re.I,
    ),
    re.compile(r"(?:请问)?[您你]的(.{2,20}?)(?:是什么|为|是|[？?：:])*"),
)


def named(asked: str) -> str:
    """What a question asks of the respondent, as a name: ``What is your gender?`` is Gender."""
    plain = question(asked)
    for pattern in _NAMED:
        if m := pattern.fullmatch(plain):
            of = next(part for part in m.groups() if part).strip()
            return of[:1].upper() + of[1:]
    return plain


def question(asked: str) -> str:
    """A question without the number in front, and in one line."""
    return (
        re.sub(r"^(?:\d{1,3}|[Qq]\d{1,3})[、.．)）:：]\s*(?=\D)", "", asked).strip(" :：") or asked
    )


def _number(text: str) -> bool:
    return bool(re.fullmatch(r"[$€£¥]?[+-]?[\d.,' \u00a0]+%?", text))


def dated(counts: Counter[str]) -> bool:
    """Whether values are dates, but for slips."""
    texts = list(counts)[:200]
    odd = sum(counts[t] for t in texts if not _DATED.fullmatch(t))
    return bool(texts) and odd <= cut("slips") * sum(counts[t] for t in texts)


def running(numbers: pd.Series) -> bool:
    """Whether numbers count the rows, or are different in each of them."""
    known = numbers.dropna()
    if len(known) < cut("few_rows") or known.nunique() < len(known) or (known % 1 != 0).any():
        return False
    return bool(known.is_monotonic_increasing or known.min() >= cut("numbers"))


def decimals(counts: Counter[str]) -> bool:
    """Whether values are numbers with a decimal comma (``6,4``), not choices: two in one cell stand
    in their order."""
    pairs = [t.split(",") for t in counts if re.fullmatch(r"[+-]?\d+,\d+", t)]
    numbers = len(pairs) + sum(t.isdigit() for t in counts)
    return numbers > cut("nearly_all") * len(counts) and any(int(a) >= int(b) for a, b in pairs)


def several(counts: Counter[str]) -> str | None:
    """What separates choices in one cell, where several may be chosen."""
    for mark in ("┋", ";", "；", "|", ", ", ","):
        parts: Counter[str] = Counter()
        for text, n in counts.items():
            for part in text.split(mark):
                parts[part.strip()] += n
        split = sum(mark in text for text in counts)
        if (
            split
            and 2 <= len(parts) <= cut("choices")
            and len(parts) < len(counts)
            and split > cut("part") * len(counts)
        ):
            return mark
    return None


def _equal(answers: pd.DataFrame) -> float:
    """The share of pairs of answers that are equal, of those given."""
    values = answers.to_numpy(dtype=float)
    both = same = 0
    for k in range(1, values.shape[1]):
        there = ~np.isnan(values[:, k:]) & ~np.isnan(values[:, :-k])
        both += int(there.sum())
        same += int((values[:, k:] == values[:, :-k]).sum())
    return same / both if both else 0.0


def ranked(answers: pd.DataFrame) -> bool:
    """Whether columns are the first, second … choice from one list.

    Then hardly a row (1 of 100) holds a value twice, where one in ten pairs or more would be equal
    if the choices had nothing to do with each other.
    """
    if len(answers) > 10_000 and _equal(answers.head(2_000)) > 0.05:
        return False  # more than enough to see it, of a long table
    equal = chance = pairs = 0.0
    for k, a in enumerate(answers.columns):
        for b in answers.columns[k + 1 :]:
            both = answers[[a, b]].dropna()
            first, second = (both[c].value_counts(normalize=True) for c in (a, b))
            equal += (both[a] == both[b]).sum()
            chance += len(both) * (first * second).sum()
            pairs += len(both)
    return pairs >= cut("pairs") and equal < cut("slips") * pairs and chance > cut("some") * pairs


def listed(answers: pd.DataFrame) -> bool:
    """Whether columns hold what one of several choices a respondent ticked, then the next one.

    Each row fills them from the first on, in the order of the codes; some rows fill two.
    """
    there = answers.notna().to_numpy()
    filled = bool((there[:, :-1] >= there[:, 1:]).all())
    values = answers.to_numpy(dtype=float)
    with np.errstate(invalid="ignore"):
        rising = (values[:, 1:] > values[:, :-1]) | ~there[:, 1:]
    return (
        filled
        and bool(rising.all())
        and (cut("few_rows") <= int(there[:, 1].sum()) < cut("most") * len(answers))
    )

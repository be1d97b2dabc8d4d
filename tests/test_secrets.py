"""Secrets of sixty kinds, planted wherever rows can hold something: no file made has one."""

from __future__ import annotations

import hashlib
import html
import re
import socket
import zipfile
from collections.abc import Iterator
from pathlib import Path

import numpy as np
import pandas as pd
import pypdfium2
import pytest
import yaml

from tests.conftest import REPOSITORY, answers, description, loyalty

#: What must come out nowhere, by kind.
SECRETS = {
    "name": "Wilhelmina Quackenbush",
    "first name": "Ottokarina",
    "family name": "Przybyszewska",
    "Chinese name": "欧阳碧霄",
    "Chinese name with a title": "慕容雪岚女士",
    "nickname": "zaphod_beeblebrox42",
    "maiden name": "née Hohenzollernschmidt",
    "name of a child": "Tiffanyjoy Smolowitz",
    "e-mail": "w.quackenbush@example-mail.org",
    "e-mail apart": "wquack (at) hidden-mail.example",
    "e-mail with a tag": "otto+private@geheim.example",
    "phone, international": "+49 170 9876543",
    "phone, United States": "(212) 555-0187",
    "phone, Chinese mobile": "13987654321",
    "phone, spoken": "一三八零零一三八零零零",
    "fax": "0041-44-6681800",
    "postal address": "742 Evergreen Terrace",
    "Chinese address": "朝阳区建国路88号",
    "postal code": "SW1A 2AA",
    "room": "1407室",
    "national id, Chinese": "11010519491231002X",
    "social security number": "078-05-1120",
    "national insurance number": "QQ123456C",
    "French insee number": "255081416802538",
    "Aadhaar": "3675 9834 6012",
    "CPF": "529.982.247-25",
    "passport": "C01X00T47",
    "driving licence": "MORGA657054SM9IJ",
    "tax number": "DE136695976",
    "number plate": "京A·88Z88",
    "vehicle": "1HGBH41JXMN109186",
    "IBAN": "DE89370400440532013000",
    "BIC": "DEUTDEFF500",
    "credit card": "4539 1488 0343 6467",
    "card security": "CVV 737",
    "bank account": "6222021234567890123",
    "Bitcoin": "1BvBMSEYstWetqTFn5Au4m4GFg7xJaNVN2",
    "IPv4": "203.0.113.195",
    "IPv6": "2001:db8:85a3::8a2e:370:7334",
    "MAC": "00:1B:44:11:3A:B7",
    "coordinates": "48.858370, 2.294481",
    "coordinates, degrees": "48°51′29.9″N",
    "plus code": "8FW4V75V+8QX",
    "token": "ghp_16C7e42F292c6912E7710c838347Ae178B4a",
    "key": "AKIAIOSFODNN7EXAMPLE",
    "web token": "eyJhbGciOiJIUzI1NiJ9.eyJzdWIiOiJ4In0",
    "password": "hunter2-Tr0ub4dor&3",
    "URL with an id": "https://shop.example/order?customer=88213377",
    "URL with a session": "https://example.net/s;jsessionid=9F3A2B",
    "short link": "t.cn/A6xYzQ9k",
    "QQ": "QQ：80021337",
    "WeChat": "微信号 wxid_k3j9x2",
    "social handle": "@ottokarina_private",
    "order": "ORD-2024-0099123",
    "parcel": "SF1098765432109",
    "customer number": "KD-77310042",
    "staff number": "工号：30771",
    "medical record": "MRN-5502219",
    "diagnosis of one": "Creutzfeldt-Jakob syndrome",
    "birthday": "29.02.1904",
    "device": "IMEI 490154203237518",
    "advertising id": "38400000-8cf0-11bd-b23e-10b96e40000d",
    "cookie": "_ga=GA1.2.1033501218.1368477899",
    "wages": "salary 87,654.32 EUR",
}
PRAISE = [
    "质量很好，非常满意，送货也快",
    "价格便宜，服务态度不错，值得购买",
    "酒店位置方便，房间干净",
]
BLAME = ["质量太差，非常失望，不会再来", "价格太贵，服务态度恶劣", "送货太慢，包装破损，要求退货"]


def test_there_are_sixty_kinds() -> None:
    assert len(SECRETS) >= 60 and len(set(SECRETS.values())) == len(SECRETS)


def planted(root: Path, redistribute: bool) -> None:
    """A case of a survey, purchases, reviews and complaints, secrets in every kind of column."""
    folder = root / "data" / "small" / "rows"
    folder.mkdir(parents=True)
    secrets = list(SECRETS.values())
    rng = np.random.default_rng(11)
    n = 400
    survey = answers(n)
    person = [f"{secrets[i % len(secrets)]} #{i}" for i in range(n)]  # ids that are secrets
    survey["client"] = person
    survey["full name"] = [secrets[i % len(secrets)] for i in range(n)]
    survey["remarks"] = [f"call {secrets[(i * 7) % len(secrets)]} please" for i in range(n)]
    for k, value in enumerate(secrets):  # undeclared columns, named by a secret, too
        survey[f"extra {k} {value}"] = value
    survey["passed"] = ["yes"] * (n - 3) + secrets[:3]
    survey["plan"] = survey["plan"].astype(str)
    survey.loc[survey.index[:8], "plan"] = secrets[3:11]  # levels that `missing` takes
    days = pd.Timestamp("2024-01-01") + pd.to_timedelta(rng.integers(0, 500, 3000), unit="D")
    bought = pd.DataFrame(
        {
            "customer": rng.choice(person, 3000),
            "date": days.strftime("%Y-%m-%d"),
            "amount": rng.gamma(2, 20, 3000).round(2).astype(str),
            "note": rng.choice(secrets, 3000),
        }
    )
    for k, value in enumerate(secrets):  # values that cannot be used
        bought.loc[k, "date"] = value
        bought.loc[100 + k, "amount"] = value
    texts = [(t, "pos") for t in PRAISE * 90] + [(t, "neg") for t in BLAME * 90]
    texts += [(f"{t}，{s}", p) for s in secrets for t, p in ((PRAISE[0], "pos"), (BLAME[0], "neg"))]
    texts += [(f"{s} 质量很好 {s}", "pos") for s in secrets for _ in range(4)]
    texts += [("质量很好", secrets[0])]
    reviews = pd.DataFrame(texts, columns=["text", "polarity"])
    reviews["author"] = rng.choice(secrets, len(reviews))
    m = 600
    filed = pd.DataFrame(
        {
            "customer": rng.choice(person, m),
            "date": (
                pd.Timestamp("2024-01-01") + pd.to_timedelta(rng.integers(0, 500, m), "D")
            ).strftime("%Y-%m-%d"),
            "class": rng.choice(["price", "quality", "delivery"], m, p=[0.5, 0.3, 0.2]),
            "hours": rng.gamma(2, 10, m).round(1).astype(str),
            "solved": rng.integers(0, 2, m).astype(str),
            "stayed": rng.integers(0, 2, m).astype(str),
            "text": [secrets[i % len(secrets)] for i in range(m)],
        }
    )
    for k, value in enumerate(secrets):  # a class of one person, and what cannot be used
        filed.loc[k, "class"] = value
        filed.loc[100 + k, "hours"] = value
        filed.loc[200 + k, "solved"] = value
    described = description()
    described["provenance"] |= {"kind": "real", "redistribute": redistribute}
    described["variables"].append({"id": "client", "kind": "id", "label": "Client"})
    described["personal"] = ["full name", "remarks"]
    described["groups"][0]["missing"] = secrets[3:11]
    described["exclude"] = [
        {"id": "check", "label": "Check", "column": "passed", "is_not": ["yes"]}
    ]
    described["join"] = {
        "key": "client",
        "tables": ["transactions"],
        "asked": "2024-09-01",
        "horizon": 180,
    }
    described["resources"] = []
    tables = {"transactions": bought, "reviews": reviews, "complaints": filed}
    for name, frame in {"rows": survey, **tables}.items():
        frame.to_csv(folder / f"{name}.csv", index=False)
        sha256 = hashlib.sha256((folder / f"{name}.csv").read_bytes()).hexdigest()
        rows = {"file": {"path": f"rows/{name}.csv", "sha256": sha256}}
        if name == "rows":
            described["rows"] = rows
        else:
            described["resources"].append({"id": name, "kind": name, "label": name, "rows": rows})
    text = yaml.safe_dump(described, allow_unicode=True, sort_keys=False)
    (root / "data" / "small" / "study.yml").write_text(text, encoding="utf-8")


def contents(root: Path) -> Iterator[tuple[str, str]]:
    """The text of every file that was made, however it is packed or written."""
    for file in sorted(root.rglob("*")):
        name = str(file.relative_to(root))
        fonts = file.suffix in (".otf", ".ttf", ".woff2")
        if not file.is_file() or name.startswith("data/small/") or fonts:
            continue
        content = file.read_bytes()
        parts = {name: content}
        if zipfile.is_zipfile(file):
            with zipfile.ZipFile(file) as archive:
                parts |= {f"{name}!{m}": archive.read(m) for m in archive.namelist()}
        if file.suffix == ".pdf":
            with pypdfium2.PdfDocument(file) as document:
                pages = [page.get_textpage().get_text_range() for page in document]
            parts[f"{name}!text"] = "\n".join(pages).encode()
        for part, raw in parts.items():
            text = raw.decode("utf-8", "replace")
            text += html.unescape(text)
            if "\\u" in text:
                text += re.sub(r"\\u([0-9a-f]{4})", lambda m: chr(int(m[1], 16)), text)
            yield part, text
        yield f"the name of {name}", name


@pytest.mark.long
@pytest.mark.parametrize("redistribute", [True, False])
def test_no_secret_comes_out_of_a_whole_run(tmp_path: Path, redistribute: bool) -> None:
    home = tmp_path / "home-of-somebody-quite-private"
    root = tmp_path / "folder-of-somebody-quite-private"
    home.mkdir()
    root.mkdir()
    planted(root, redistribute)
    private = {"HOME": str(home), "USER": "quiteprivateuser", "LOGNAME": "quiteprivateuser"}
    said = ""
    for words in (
        ["report", "small", "--draws", "20", "--language", "en,zh", "--to", "html,pdf,docx"],
        ["export", "small"],
    ):
        done = loyalty(root, *words, **private)
        said += done.stdout + done.stderr
        assert done.returncode == 0, said
    assert (root / "reports" / "exports" / "small" / "check.R").is_file()
    made = [*contents(root), ("what it says", said)]
    assert len(made) > 50
    machine = ["quiteprivate", "quite-private", str(REPOSITORY)]
    if len(socket.gethostname()) > 5:  # a shorter one stands in any picture
        machine.append(socket.gethostname())
    for analysis in ("audit", "structural", "behaviour", "voice", "conduct"):  # all was read
        assert (root / "reports" / "results" / "small" / f"{analysis}.json").is_file()
    found = [
        f"{name}: {kind}"
        for name, text in made
        for folded in [text.casefold()]
        for kind, value in [*SECRETS.items(), *(("the machine", value) for value in machine)]
        if value.casefold() in folded
        # what is kept to be rendered anew, on this machine, may say where it was
        and not (kind == "the machine" and name.startswith(".cache/"))
    ]
    assert found == []

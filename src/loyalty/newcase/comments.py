"""What a description that was made says in its comments, in English and Chinese."""

from __future__ import annotations

#: English and Chinese of what the file says in comments.
SAYS: dict[str, tuple[str, str]] = {
    "head": (
        "Written by `loyalty new`. Look at every line with `# check:`, then run `loyalty check`.",
        "由 `loyalty new` 生成。请逐一核对带 `# check:` 的行，然后运行 `loyalty check`。",
    ),
    "yours": (
        "title, summary, source, licence and sampling are yours to write",
        "标题、摘要、来源、许可与抽样方式请自行填写",
    ),
    "about": (
        "for the report's first page; whatever is left out is not there",
        "用于报告首页；不写则首页不显示",
    ),
    "title": ("the title of your study", "研究的标题"),
    "summary": ("who was asked what", "向谁询问了什么"),
    "source": ("where the rows are from", "数据的来源"),
    "licence": ("what the source states", "来源所注明的许可"),
    "sampling": ("how people were chosen, how many answered", "如何抽样，多少人作答"),
    "closed": (
        "the rows lie in rows/, which git ignores; true if they may be passed on",
        "数据放在 rows/ 中，git 会忽略；若可以公开再改为 true",
    ),
    "encoding": ("guessed from few letters", "根据少量字符推测的编码"),
    "scale": ("the ends of the scale are not both in the answers", "量表的两端未都出现在答案中"),
    "missing": ("codes that stand for no answer", "表示未作答的代码"),
    "answers": ("the order of the answers, the lowest first", "答案的顺序，从低到高"),
    "outside": (
        "no answers on the scale, taken as missing unless you correct them in the file: {what}",
        "以下不是量表上的答案，若不在文件中更正，则按缺失处理：{what}",
    ),
    "odd": ("{column} row {row} {value}", "{column} 第 {row} 行 {value}"),
    "label": ("a label is wanted for", "请命名"),
    "short": (
        "its question stands as its label, a name is shorter",
        "以题目作为名称，可改为简短名称",
    ),
    "role": (
        "antecedent, mediator, moderator or outcome",
        "antecedent（前因）、mediator（中介）、moderator（调节）或 outcome（结果）",
    ),
    "correlation": ("put together by correlation, not by name", "按相关而非题名归为一组"),
    "words": ("put together by parts of their names or by words", "按题名的一部分或措辞归为一组"),
    "alone": ("single items, constructs of their own?", "单独的题项，是否自成一个构念？"),
    "wider": (
        "a few answers lie just past the scale of the others: answers on a wider one, codes or slips? {what}",
        "少数答案刚好超出其他题项的量表：是更宽量表上的答案、代码还是录入错误？{what}",
    ),
    "wide": (
        "{item} ({n} not on {low} to {high})",
        "{item}（{n} 个不在 {low} 至 {high} 内）",
    ),
    "told": (
        "the file says other ends; what lies just past them is kept, codes for no answer stand in brackets: {what}",
        "文件注明的两端与数据不符；刚好超出的取值予以保留，括号内为表示未作答的代码：{what}",
    ),
    "reversed": (
        "runs against the others (item–rest correlation {r} once turned)",
        "与其他题项方向相反（反向计分后题总相关为 {r}）",
    ),
    "weak": (
        "hardly goes with the others (item–rest correlation {r})",
        "与其他题项几乎不相关（题总相关为 {r}）",
    ),
    "group": (
        "codes without labels, what do they mean: {what}",
        "以下代码没有标签，请写明各代表什么：{what}",
    ),
    "in_order": (
        "levels in the order of their letters, write them in their own if they have one: {what}",
        "以下类别按字母排列，若有固有的顺序请改写：{what}",
    ),
    "slips": ("taken for no level: {what}", "不作为任何类别：{what}"),
    "hypotheses": ("the expected paths; guessed from the names", "假设路径；根据名称推测"),
    "against": (
        "the two scales go against each other in these answers (r = {r}); is a minus expected?",
        "两个量表在这些答案中方向相反（r = {r}）；预期符号是否应为负？",
    ),
    "no_hypotheses": (
        'no outcome was recognized: write the expected paths, as {{id: H1, from: a, to: b, sign: "+"}}',
        '未识别出结果变量：请写出假设路径，如 {{id: H1, from: a, to: b, sign: "+"}}',
    ),
    "left_out": (
        "rows that are no respondent's, left out of everything ({what}); delete a rule to keep them",
        "以下各行不属于受访者（{what}），所有分析均予剔除；删除某条规则即可保留相应的行",
    ),
    "weights": (
        "how many people a respondent stands for, by its name; means, shares and models are weighted by it",
        "据列名判断为每名受访者所代表的人数；均值、比例与模型均按此加权",
    ),
    "cluster": (
        "if they were sampled in these, a line of its own: cluster: {what}",
        "若按这些单位抽样，请另写一行：cluster: {what}",
    ),
    "no_dates": (
        "numbers that the spreadsheet shows as dates? Format the cells as numbers there and begin anew",
        "是否为电子表格误显示为日期的数字？请在表格中将单元格格式改为数值后重新生成",
    ),
    "people": (
        "the same people several times: the errors allow for that; of one row a person and time waves under resources can follow one score",
        "同一人多次出现，标准误已据此调整；若每行为一人一期，也可在 resources 中以 waves 追踪某一得分",
    ),
    "dates_or": (
        "or {other}; the first that fits all",
        "也可能是 {other}；取第一个适合全部日期的格式",
    ),
    "personal": (
        "About single people: these columns are never read, but by `loyalty forget`, to find whom to delete.",
        "以下各列涉及个人信息，永不读取，只有 `loyalty forget` 用来查找要删除的人：",
    ),
    "several": ("Questions with several choices, not used:", "多选题（未使用）："),
    "attention": (
        "Attention checks, not used. To leave out whoever failed one, a rule of exclude:",
        "注意力检测题（未使用）。若要剔除未通过者，可加入 exclude 规则：",
    ),
    "dates": ("Dates, not used:", "日期（未使用）："),
    "waves": (
        "the same people several times, no questions that belong together: taken for waves; score is what is followed first",
        "同一人多次出现，又没有成组的题项，因此视为多期追踪（waves）；score 为首要追踪的指标",
    ),
    "transactions": (
        "no questions on one scale, the same people several times: taken for purchases",
        "没有量表相同的题项，且同一人多次出现，因此视为购买记录（transactions）",
    ),
    "touchpoints": (
        "no questions on one scale, the same people several times: taken for a journey",
        "没有量表相同的题项，且同一人多次出现，因此视为客户旅程（touchpoints）",
    ),
    "journey": (
        "in the order in which customers come to them",
        "按客户经过的先后排列",
    ),
    "measures": (
        "stated, reported (of what they did) or logged; days: 14 where a number is of so many days",
        "stated（陈述）、reported（自述行为）或 logged（日志记录）；若数值涵盖若干天，写 days: 14",
    ),
    "unused": ("Other columns, not used:", "其他列（未使用）："),
}
#: Why a column is personal, or not used.
WHY: dict[str, tuple[str, str]] = {
    "email": ("addresses", "邮箱"),
    "ip": ("internet addresses", "IP 地址"),
    "phone": ("telephone numbers", "电话号码"),
    "name": ("by its name", "据列名判断"),
    "id": ("an identifier", "标识符"),
    "open": ("open answers", "开放题"),
    "unnamed": ("has no name", "无列名"),
    "doubled": ("its name stands there twice", "列名重复"),
    "empty": ("empty", "空列"),
    "admin": ("of the survey's software", "问卷系统的字段"),
    "running": ("counts the rows", "行号"),
    "constant": ("always the same", "取值恒定"),
    "many": ("texts of many kinds", "取值繁多的文本"),
    "units": ("times with their units, as 5 min", "带单位的时间，如 5 min"),
    "plan": ("not in the model", "不在模型中"),
    "weights": ("another weight", "另一个权重"),
}

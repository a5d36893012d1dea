"""Simplified Chinese."""

from __future__ import annotations

from datetime import date, time

from baylock.domain.venue.mall import Feature
from baylock.texts.languages.language import DayPart, Language, Verb, Words
from baylock.texts.writing.kinds import Kind

_YEAR_MATTERS_AFTER = 300

_PLACE_TIME_CODE = (
    "{lot} {level}层 {space}，{start}至{end}。到达后回复 到了{code} 降下车位锁。[{merchant}]",
    "{lot} {level} {space}，{start}至{end}。到达回复 到了{code}。[{merchant}]",
)
_BOOKED = (
    "{start_service}，尾号{phone_end}：{lot} {level}层 {space}，{start}至{end}。"
    "[编号{reference}。][{plate}。][{needs}。]"
)
_DRIVER_HELP = (
    "到了+4位码：降锁；延长30：多停；在哪：看车位；不要了：取消；走了：已离开；"
    "帮助 被占、帮助 挡住：停不进；STOP：退订"
)

TEMPLATES: dict[Kind, str | tuple[str, ...]] = {
    Kind.DRIVER_RESERVED: _PLACE_TIME_CODE,
    Kind.DRIVER_CHANGED: tuple(f"已更改：{text}" for text in _PLACE_TIME_CODE),
    Kind.DRIVER_MOVED: tuple(f"换了车位：{text}" for text in _PLACE_TIME_CODE),
    Kind.DRIVER_WHERE: _PLACE_TIME_CODE,
    Kind.DRIVER_CANCELLED: "{start}的车位已取消，不再为您保留。商户：{merchant}",
    Kind.DRIVER_NO_SHOW: "{space}已过到达时间，不再为您保留。还要来请联系{merchant}。",
    Kind.DRIVER_FAILED: "抱歉，因故障{start}没有车位了。请停别处，或联系{merchant}。",
    Kind.DRIVER_OVERSTAY: "{space}的停车时间{end}已到。请尽快离开，或回复 延长30 多停30分钟。",
    Kind.DRIVER_REPLACED: ("{start}的{space}不再为您保留：预约已换了手机号。[请问{merchant}。]"),
    Kind.DRIVER_STAFF_TOLD: "{space}：已转告商场管理人员。[电话{mall_phone}。]",
    Kind.DRIVER_NO_OTHER: (
        "抱歉，现在没有别的空位。{space}已转告商场管理人员。[电话{mall_phone}。]"
    ),
    Kind.DRIVER_WELCOME: (
        "{space}（{lot} {level}层）的锁正在降下，完全放平后再驶入。停到{end}，离开时回复 走了"
    ),
    Kind.DRIVER_IN: "您在{lot} {level}层 {space}，可停到{end}。离开时回复 走了",
    Kind.DRIVER_NOT_YET: "{space}从{opens_at}起可进。请到时再发一次4位码。",
    Kind.DRIVER_WRONG_CODE: "4位码不对。请核对短信里的数字再发一次，还可试{tries_left}次。",
    Kind.DRIVER_CODE_LOCKED: "错误次数过多。请用我们发给您的链接降下车位锁。",
    Kind.DRIVER_DROPPED: "{space}不再为您保留，谢谢告知。",
    Kind.DRIVER_EXTENDED: "{space}可停到{end}。",
    Kind.DRIVER_NOT_EXTENDED: "抱歉，最晚停到{longest}，之后车位已有人预约。",
    Kind.DRIVER_DONE: "{space}停车已结束，谢谢，一路平安。",
    Kind.DRIVER_NOTHING: "这个号码现在没有预留车位。请问为您预约的商户。",
    Kind.DRIVER_WHICH_CODE: "到车位了吗？请回复 到了 和4位码，例如：到了4821",
    Kind.DRIVER_HELP: _DRIVER_HELP,
    Kind.DRIVER_UNREADABLE: _DRIVER_HELP,
    Kind.DRIVER_TOO_MANY: "今天的短信太多，明天再回复您。车位照旧保留。",
    Kind.MALL_OVERSTAY: (
        "{lot} {level}层 {space}：有车停到{end}仍未离开。[车牌{plate}。][{merchant}的客人。]"
    ),
    Kind.MALL_VEHICLE: (
        "{lot} {level}层 {space}：有车停着，车位锁无法为下一位司机升起，请去看看。"
    ),
    Kind.MALL_TAKEN: (
        "{lot} {level}层 {space}：预约的司机说被别的车占了。[{since}起在等。][车牌{plate}。]"
    ),
    Kind.MALL_BLOCKED: (
        "{lot} {level}层 {space}：预约的司机停不进去。[{since}起在等。][车牌{plate}。]"
    ),
    Kind.MALL_JAMMED: "{lot} {level}层 {space}：车位锁卡住了，修好前不再派车。",
    Kind.MALL_TAMPERED: "{lot} {level}层 {space}：有人在动车位锁，请去看看。",
    Kind.DRIVER_LINK: ("{lot} {space}: {link}", "{link}"),
    Kind.MERCHANT_BOOKED: f"已约{_BOOKED}",
    Kind.MERCHANT_CHANGED: f"已改{_BOOKED}",
    Kind.MERCHANT_DECLINED: "[{reference}]没有保留车位。",
    Kind.MERCHANT_FULL: "{service_time}没有空位。[可约：{next_times}。]请换个时间再发一次。",
    Kind.MERCHANT_NO_SPACE: (
        "{service_time}[（尾号{phone_end}）]没有空车位，请告知客人。[可约：{next_times}。]"
    ),
    Kind.MERCHANT_FAILED: (
        "因故障，{service_time}（尾号{phone_end}）没有车位了，请告知客人。[编号{reference}。]"
    ),
    Kind.MERCHANT_NO_SHOW: "司机没有来，{space}已放开。[编号{reference}。]",
    Kind.MERCHANT_UNREACHABLE: (
        "尾号{phone_end}的司机已退订短信，车位照旧保留，请告知客人。"
        "[{start_service}。][编号{reference}。]"
    ),
    Kind.MERCHANT_NOT_REACHED: (
        "尾号{phone_end}的司机收不到我们的短信，车位照旧保留，请告知客人。"
        "[{start_service}。][编号{reference}。]"
    ),
    Kind.MERCHANT_WEBHOOK_OFF: (
        "预约系统收不到我们的车位消息，webhook已停用，车位照旧保留。请告知负责系统的人。"
    ),
    Kind.MERCHANT_NO_MALL: "这个号码还没有登记到商场。请联系商场办公室登记。",
    Kind.MERCHANT_TOO_FAR: "最多提前{days}天预约。请发近一点的日期。",
    Kind.MERCHANT_TOO_LONG: "车位最多保留24小时。请缩短时间再发一次。",
    Kind.MERCHANT_TOO_LATE: "{reference}不能再改：司机已到，或时间已过。",
    Kind.MERCHANT_UNKNOWN_REFERENCE: "没有{reference}这个预约。新预约还要写时间和司机手机。",
    Kind.MERCHANT_BUSY: "系统忙，没有任何改动。请一分钟后再发一次。",
    Kind.MERCHANT_HELP: (
        "预约 18:30 +8613800138000 2小时；改期：预约 编号:A1 19:15；"
        "不停了：取消预约 编号:A1；退订：STOP"
    ),
    Kind.MERCHANT_TOO_MANY: "这个号码今天的短信太多，这条没有改动任何预约。明天再回复。",
    Kind.MERCHANT_UNREADABLE: "没看懂。请这样写：预约 18:30 +8613800138000",
    Kind.MERCHANT_UNKNOWN_WORD: "“{text}”没看懂。请去掉再发，例如：预约 18:30 +8613800138000",
    Kind.MERCHANT_PAST: "{time}已经过了。请换个时间再发一次。",
    Kind.MERCHANT_WHICH_TIME: "“{text}”有两种意思。请写成{one}或{two}再发一次。",
    Kind.MERCHANT_NO_SUCH_TIME: "没有{time}这个时间。请换个时间再发一次，例如18:30。",
    Kind.MERCHANT_TWICE_TIME: "{time}因调钟会出现两次。请换个时间再发一次。",
    Kind.MERCHANT_NEED_TIME: "几点？请写上时间再发一次：预约 18:30 +8613800138000",
    Kind.MERCHANT_NEED_PHONE: "谁的车？请写上司机手机再发一次：预约 18:30 +8613800138000",
    Kind.MERCHANT_NEED_REFERENCE: "哪个预约？请写上编号：取消预约 编号:A1，或写时间和手机。",
    Kind.MERCHANT_BAD_PHONE: "{text}不像本地手机号。请核对，外地号码以+和国家码开头。",
    Kind.MERCHANT_BAD_HEIGHT: "“{text}”？请写车高几米，例如：车高2.1米",
    Kind.MERCHANT_BAD_LENGTH: "“{text}”？请写停多久，例如：90分钟 或 2小时",
    Kind.MERCHANT_BAD_SIGNATURE: "签名不对，没有任何改动。签名是结尾的*和8个字母。",
    Kind.MERCHANT_UNSIGNED: "没有任何改动：短信须带签名，即结尾的*和8个字母。",
    Kind.MERCHANT_REPLAYED: "没有任何改动：这条签名短信已用过。要再说一次，请加上 #2 重新签名。",
    Kind.MERCHANT_TWO_TIMES: "短信里有两个时间。请只写一个再发一次。",
    Kind.MERCHANT_TWO_PHONES: "短信里有两个手机号。请只写司机的再发一次。",
    Kind.MERCHANT_TWO_OF: "{one}还是{two}？请只写一个再发一次。",
    Kind.MERCHANT_NOTHING_TO_CHANGE: "要改什么？请写上新时间：预约 编号:{reference} 19:15",
}


def _day(month: int, day: int, year: int | None) -> str:
    return (f"{year}年" if year else "") + f"{month}月{day}日"


def _moment(day: date, at: time, today: date) -> str:
    ahead = (day - today).days
    if ahead in (0, 1):
        return f"{'今明'[ahead]}天{at:%H:%M}"
    year = day.year if abs(ahead) > _YEAR_MATTERS_AFTER else None
    return f"{_day(day.month, day.day, year)}{at:%H:%M}"


def _length(hours: int, minutes: int) -> str:
    return f"{hours}小时" * (hours > 0) + f"{minutes}分钟" * (minutes > 0)


_PARTS = {
    "凌晨": DayPart.DAWN,
    "清晨": DayPart.MORNING,
    "早晨": DayPart.MORNING,
    "早上": DayPart.MORNING,
    "上午": DayPart.MORNING,
    "中午": DayPart.NOON,
    "下午": DayPart.AFTERNOON,
    "午后": DayPart.AFTERNOON,
    "傍晚": DayPart.EVENING,
    "晚上": DayPart.EVENING,
    "夜里": DayPart.EVENING,
    "早": DayPart.MORNING,
    "晚": DayPart.EVENING,
}

LANGUAGE = Language(
    code="zh",
    templates=TEMPLATES,
    plain=False,
    day=_day,
    moment=_moment,
    length=_length,
    features={Feature.EV: "充电", Feature.ACCESSIBLE: "无障碍", Feature.FAMILY: "亲子"},
    height=lambda metres: f"车高{metres:g}米",
    comma="、",
    words=Words(
        verbs={
            Verb.PARK: (
                "预约",
                "预订",
                "预定",
                "预约停车",
                "预约车位",
                "停车预约",
                "预订车位",
                "预定车位",
                "订车位",
                "留车位",
                "停车",
                "改约",
                "改期",
            ),
            Verb.NOPARK: (
                "取消预约",
                "取消停车",
                "取消车位",
                "取消",
                "不停车",
                "不停车了",
                "不用停车",
                "不用停车了",
                "不需要停车",
                "不用车位",
                "不需要车位",
            ),
            Verb.HELP: ("帮助", "怎么用"),
            Verb.HERE: ("到了", "我到了", "已到", "已到达", "到达", "我们到了", "到"),
            Verb.MORE: ("延长", "延时", "加时", "续时", "多停", "再停"),
            Verb.DROP: (
                "不要了",
                "不要",
                "不用了",
                "不需要了",
                "不需要",
                "不来了",
                "我不来了",
                "取消",
                "取消车位",
                "取消预约",
            ),
            Verb.WHERE: ("在哪", "在哪里", "在哪儿", "车位在哪", "车位在哪里", "哪里"),
            Verb.TAKEN: (
                "被占",
                "被占了",
                "被占用",
                "被占用了",
                "占了",
                "有车",
                "有车了",
                "有别的车",
                "被别人占了",
                "被别的车占了",
                "车位被占",
                "车位被占了",
                "车位有车",
            ),
            Verb.BLOCKED: (
                "挡住",
                "挡住了",
                "被挡",
                "被挡住",
                "被挡住了",
                "堵住了",
                "被堵住了",
                "进不去",
                "停不进去",
                "锁没降",
                "锁不降",
                "锁降不下来",
                "车位锁没降",
                "车位锁不降",
                "降不下来",
            ),
            Verb.DONE: ("走了", "我走了", "离开了", "已离开", "我离开了", "已走", "开走了"),
        },
        opt_out=("退订", "td"),
        polite=("你好", "您好", "请", "麻烦", "谢谢", "谢谢你", "谢谢您", "多谢"),
        fillers=(
            "的",
            "请",
            "麻烦",
            "谢谢",
            "电话",
            "手机",
            "手机号",
            "手机号码",
            "电话号码",
            "号码",
            "司机",
            "车主",
            "客人",
            "时间",
            "时长",
            "停",
            "停车",
            "停留",
            "车位",
            "到",
            "改到",
            "改成",
            "改为",
            "需要",
            "需",
            "要",
            "和",
            "车",
        ),
        days={
            "今天": 0,
            "今日": 0,
            "明天": 1,
            "明日": 1,
            "后天": 2,
            "大后天": 3,
        },
        day_parts=_PARTS,
        days_and_parts={
            "今早": (0, DayPart.MORNING),
            "今晚": (0, DayPart.EVENING),
            "明早": (1, DayPart.MORNING),
            "明晚": (1, DayPart.EVENING),
            "后晚": (2, DayPart.EVENING),
        },
        noon=("正午",),
        vague_times=("现在", "马上", "立刻", "尽快", "等会", "一会儿"),
        needs={
            "充电": Feature.EV,
            "充电桩": Feature.EV,
            "充电车位": Feature.EV,
            "电动车": Feature.EV,
            "新能源": Feature.EV,
            "无障碍": Feature.ACCESSIBLE,
            "无障碍车位": Feature.ACCESSIBLE,
            "轮椅": Feature.ACCESSIBLE,
            "残疾人": Feature.ACCESSIBLE,
            "亲子": Feature.FAMILY,
            "亲子车位": Feature.FAMILY,
            "家庭": Feature.FAMILY,
        },
        reference_labels=("编号", "预约号", "预订号", "订单", "订单号", "单号"),
        plate_labels=("车牌", "车牌号", "车牌号码", "牌照"),
        height_labels=("车高", "高度", "限高", "高"),
        code_labels=("码", "4位码", "密码", "验证码"),
        yes=(
            "是",
            "要",
            "需要",
            "需",
            "开车",
            "自驾",
            "驾车",
            "有车",
            "有",
            "我开车",
            "我要",
            "好的",
        ),
        no=("不", "没", "无", "否", "别", "我不", "我没", "我们不", "我们没"),
    ),
)

"""The texts that Baylock sends in Chinese, in simplified characters."""

from __future__ import annotations

from datetime import date, time

from baylock.domain.venue.mall import Feature
from baylock.texts.languages.templates import Templates, shown_year
from baylock.texts.writing.kinds import TextKind

_PLACE_TIME_CODE = (
    "{lot} {level}层 {space}，{start}至{end}。到达后回复 到了{code} 降下车位锁。[{merchant}]",
    "{lot} {level} {space}，{start}至{end}。到达回复 到了{code}。[{merchant}]",
)
_BOOKED = (
    "{start_service}，尾号{phone_end}：{lot} {level}层 {space}[，{start}至{end}]。"
    "[{plate}。][{needs}。][编号{reference}。]"
)
_BOOKED_SHORT = (
    "{start_service}，尾号{phone_end}：{lot} {level}层 {space}。"
    "[{plate}。][{needs}。][编号{reference}。]"
)
_DRIVER_HELP = (
    "到了+4位码：降锁；延长30：多停；在哪：查车位；不要了：取消；走了：离场；"
    "帮助 被占、帮助 挡住：停不进；STOP：退订"
)

_TEXTS: dict[TextKind, str | tuple[str, ...]] = {
    TextKind.DRIVER_RESERVED: _PLACE_TIME_CODE,
    TextKind.DRIVER_CHANGED: tuple(f"已更改：{text}" for text in _PLACE_TIME_CODE),
    TextKind.DRIVER_MOVED: tuple(f"已换车位：{text}" for text in _PLACE_TIME_CODE),
    TextKind.DRIVER_WHERE: _PLACE_TIME_CODE,
    TextKind.DRIVER_CANCELLED: "{merchant}已取消{start}的车位预约，不再为您保留。",
    TextKind.DRIVER_CANCELLING: (
        "{merchant}已取消{start}的预约，{space}保留到{kept_until}。如有误请马上联系商户。",
        "{start}的预约已取消，{space}保留到{kept_until}。[{merchant}]",
    ),
    TextKind.DRIVER_NO_SHOW: "您未按时到达，{space}不再为您保留。如仍需车位，请联系{merchant}。",
    TextKind.DRIVER_FAILED: "抱歉，因故障无法提供{start}的车位。请停到别处，或联系{merchant}。",
    TextKind.DRIVER_OVERSTAY: (
        "{space}的停车时间已于{end}结束。请尽快离开，或回复 延长30 再停30分钟。"
    ),
    TextKind.DRIVER_REPLACED: (
        "{start}的{space}不再为您保留：预约已改用其他手机号。[请联系{merchant}。]"
    ),
    TextKind.DRIVER_STAFF_TOLD: "{space}：已通知商场工作人员。[电话：{mall_phone}。]",
    TextKind.DRIVER_NO_OTHER: (
        "抱歉，现在没有其他空车位。{space}的情况已通知商场工作人员。[电话：{mall_phone}。]"
    ),
    TextKind.DRIVER_WELCOME: (
        "{space}（{lot} {level}层）的车位锁正在降下，完全放平后再驶入。"
        "可停到{end}，离开时请回复 走了"
    ),
    TextKind.DRIVER_IN: "您的车位：{lot} {level}层 {space}，可停到{end}。离开时请回复 走了",
    TextKind.DRIVER_NOT_YET: "{space}从{opens_at}起可用，请到时再发一次4位码。",
    TextKind.DRIVER_WRONG_CODE: "4位码不正确。请核对短信里的数字后再发一次，还可试{tries_left}次。",
    TextKind.DRIVER_CODE_LOCKED: (
        "{space}的4位码错误次数过多。请用我们发给您的链接降下车位锁[，或联系{merchant}]。"
    ),
    TextKind.DRIVER_WHERE_LOCKED: (
        "{lot} {level}层 {space}，{start}至{end}。4位码已锁定，请用短信里的链接"
        "[，或联系{merchant}]。"
    ),
    TextKind.DRIVER_DROPPED: "{space}不再为您保留。",
    TextKind.DRIVER_DROPPING: (
        "{space}保留到{kept_until}，之后让给别人。如仍需要，或不是您取消的，请回复 保留"
    ),
    TextKind.DRIVER_NEEDS_CODE: "没有任何改动。请加上4位码再发一次，例如：{example} 4821",
    TextKind.DRIVER_EXTENDED: "{space}可停到{end}。",
    TextKind.DRIVER_NOT_EXTENDED: "抱歉，时间太长：最晚可停到{longest}。",
    TextKind.DRIVER_DONE: "{space}的停车已结束。谢谢，一路平安！",
    TextKind.DRIVER_LEAVING: "{space}：谢谢，车开走后停车即结束。一路平安！",
    TextKind.DRIVER_NOTHING: "这个号码现在没有预留车位，请联系为您预约的商户。",
    TextKind.DRIVER_WHICH_CODE: "到车位了吗？请回复 到了 加4位码，例如：到了4821",
    TextKind.DRIVER_CODE_OR_MORE: "到车位了？请回复 到了 加4位码。多停请回复 延长30",
    TextKind.DRIVER_HELP: _DRIVER_HELP,
    TextKind.DRIVER_UNREADABLE: _DRIVER_HELP,
    TextKind.DRIVER_TOO_MANY: "您今天的短信太多，我们明天再回复。车位仍为您保留。",
    TextKind.MALL_OVERSTAY: (
        "{lot} {level}层 {space}：停车时间{end}已到，车辆仍未离开。"
        "[车牌{plate}。][{merchant}的客人。]"
    ),
    TextKind.MALL_VEHICLE: (
        "{lot} {level}层 {space}：有车停着，车位锁无法为下一位司机升起，请到现场查看。"
    ),
    TextKind.MALL_TAKEN: (
        "{lot} {level}层 {space}：预约的司机反映车位被别的车占了。"
        "[{since}起在等。][车位留给{plate}，占位车辆不明。]"
    ),
    TextKind.MALL_BLOCKED: (
        "{lot} {level}层 {space}：预约的司机反映停不进去。[{since}起在等。][车位留给{plate}。]"
    ),
    TextKind.MALL_JAMMED: "{lot} {level}层 {space}：车位锁卡住了，修好前车位停用。",
    TextKind.MALL_TAMPERED: "{lot} {level}层 {space}：有人在动车位锁，请到现场查看。",
    TextKind.DRIVER_LINK: ("{lot} {space}: {link}", "{link}"),
    TextKind.MERCHANT_BOOKED: (f"已约{_BOOKED}", f"已约{_BOOKED_SHORT}"),
    TextKind.MERCHANT_CHANGED: (f"已改{_BOOKED}", f"已改{_BOOKED_SHORT}"),
    TextKind.MERCHANT_DECLINED: "[{reference}]没有保留车位。",
    TextKind.MERCHANT_CANCELLING: (
        "{reference}的车位保留到{kept_until}，之后释放。要恢复请回复：保留 编号:{reference}",
        "{kept_until}取消。恢复请回复：保留 编号:{reference}",
    ),
    TextKind.MERCHANT_DROPPED: (
        "尾号{phone_end}的司机不要{space}了，{kept_until}释放。要恢复请回复：保留 编号:{reference}",
        "{space}于{kept_until}释放（尾号{phone_end}）。恢复：保留 编号:{reference}",
    ),
    TextKind.MERCHANT_KEPT: (
        "尾号{phone_end}的司机仍要{space}，车位保留。[{start_service}。][编号{reference}。]"
    ),
    TextKind.MERCHANT_TEXT_QUOTA: (
        "没有任何改动：不带密码或签名的短信不能这样改，或次数太多。请加密码、签名，或用预约系统，可问商场办公室。"
    ),
    TextKind.MERCHANT_PHONE_QUOTA: "尾号{phone_end}的司机已有{most}个车位，请先取消一个再约。",
    TextKind.MERCHANT_SHARE_USED: (
        "{service_time}您的车位已达一家商户的上限。请换个时间再发一次，或取消一个。"
    ),
    TextKind.MERCHANT_FULL: (
        "{service_time}没有空车位[（{needs}）]。[可约：{next_times}。]请换个时间再发一次。"
    ),
    TextKind.MERCHANT_NO_SPACE: (
        "{service_time}[（尾号{phone_end}）]没有空车位，请告知客人。[可约：{next_times}。]"
    ),
    TextKind.MERCHANT_NO_LOCK: (
        "{service_time}[（尾号{phone_end}）]没有车位：空位的车位锁尚未启用，请告知客人和停车场。"
        "[可约：{next_times}。]"
    ),
    TextKind.MERCHANT_FORM_UNCLEAR: (
        "{service_time}没有保留车位：表单中是否开车的回答不清楚。如需车位，请发时间和手机号。"
    ),
    TextKind.MERCHANT_FORM_NO_PHONE: (
        "{service_time}没有保留车位：表单中没有有效的手机号。请发时间和手机号。"
    ),
    TextKind.MERCHANT_FORM_REFUSED: (
        "{service_time}无法保留车位：时间已过、太远或太长，请告知客人。"
    ),
    TextKind.MERCHANT_FORM_PHONE: (
        "{service_time}没有保留车位：表单中的号码收不到短信。请发{countries}的手机号。",
        "{service_time}没有车位：请发{countries}的手机号。",
    ),
    TextKind.MERCHANT_FAILED: (
        "因故障无法提供{service_time}（尾号{phone_end}）的车位，请告知客人。[编号{reference}。]"
    ),
    TextKind.MERCHANT_NO_SHOW: "司机没有来，{space}已释放。[编号{reference}。]",
    TextKind.MERCHANT_UNREACHABLE: (
        "尾号{phone_end}的司机已退订短信，车位仍保留，请告知客人。"
        "[{start_service}。][编号{reference}。]"
    ),
    TextKind.MERCHANT_NOT_REACHED: (
        "尾号{phone_end}的司机收不到我们的短信，车位仍保留，请告知客人。"
        "[{start_service}。][编号{reference}。]"
    ),
    TextKind.MERCHANT_HELD_BACK: (
        "今天短信太多，部分客人收不到我们的短信。车位仍保留，请告知客人停车位置。"
    ),
    TextKind.MERCHANT_WEBHOOK_OFF: (
        "您的预约系统无法接收我们的消息，webhook已停用，车位仍保留。请告知系统负责人。"
    ),
    TextKind.MERCHANT_KEY_ADDED: (
        "已为贵店新增一个停车预约密钥。若非贵店要求，请立即告知商场办公室。"
    ),
    TextKind.MERCHANT_WEBHOOK_CHANGED: (
        "贵店停车webhook的地址或密钥已更改。若非贵店操作，请立即告知商场办公室。"
    ),
    TextKind.MERCHANT_CONNECTION_CHANGED: (
        "贵店预约系统与停车的连接已更改。若非贵店要求，请立即告知商场办公室。"
    ),
    TextKind.MERCHANT_TEXT_KEY_CHANGED: (
        "贵店停车短信的签名密钥已更改。若非贵店要求，请立即告知商场办公室。"
    ),
    TextKind.MERCHANT_NO_MALL: "这个号码还没有在商场登记。请联系商场办公室登记。",
    TextKind.MERCHANT_TOO_FAR: "最多可提前{days}天预约。请换个近一点的日期再发一次。",
    TextKind.MERCHANT_TOO_LONG: "车位最多保留24小时（含前后几分钟）。请缩短时长再发一次。",
    TextKind.MERCHANT_TOO_LATE: "{reference}不能再改：司机已到，或预约已结束。",
    TextKind.MERCHANT_UNKNOWN_REFERENCE: (
        "没有编号为{reference}的预约。新预约还要写时间和司机手机号。"
    ),
    TextKind.MERCHANT_BUSY: "系统繁忙，可能尚未办好。请一分钟后再发一次。",
    TextKind.MERCHANT_HELP: (
        "预约 18:30 {example_phone} 2小时；改期：预约 编号:A1 19:15；"
        "不停了：取消预约 编号:A1；退订：STOP"
    ),
    TextKind.MERCHANT_TOO_MANY: ("这个号码今天的短信太多，这条没有改动任何预约，我们明天再回复。"),
    TextKind.MERCHANT_UNREADABLE: "抱歉，没看懂。请这样写：预约 18:30 {example_phone}",
    TextKind.MERCHANT_UNKNOWN_WORD: (
        "没看懂“{text}”。时间写18:30，日期写12月1日，时长写90分钟，[车牌写车牌:{example_plate}，]姓名写姓名:王。"
    ),
    TextKind.MERCHANT_PAST: "{time}已经过了。请换个时间再发一次。",
    TextKind.MERCHANT_WHICH_TIME: "“{text}”有两种意思。请改成{one}或{two}再发一次。",
    TextKind.MERCHANT_NO_SUCH_TIME: "没有{time}这个时间。请换个时间再发一次，例如18:30。",
    TextKind.MERCHANT_WHICH_PART: "{one}还是{two}？时间和时段不一致，请写对的再发一次。",
    TextKind.MERCHANT_DID_YOU_MEAN: ("“{text}”？如无误请发：{offer}", "请发：{offer}"),
    TextKind.MERCHANT_TWICE_TIME: "因夏令时调整，{time}会出现两次。请换个时间再发一次。",
    TextKind.MERCHANT_NEED_TIME: "几点？请写上时间再发一次：预约 18:30 {example_phone}",
    TextKind.MERCHANT_NEED_PHONE: "谁的车？请写上司机手机号再发一次：预约 18:30 {example_phone}",
    TextKind.MERCHANT_NEED_REFERENCE: "哪个预约？请写上编号：取消预约 编号:A1，或写时间和手机号。",
    TextKind.MERCHANT_BAD_PHONE: "{text}不是有效的电话号码。请核对，境外号码以+和国家代码开头。",
    TextKind.MERCHANT_PHONE_REFUSED: (
        "没有任何改动：无法向尾号{phone_end}发短信。请换{countries}的手机号再发一次。",
        "无法向尾号{phone_end}发短信。请发{countries}的手机号。",
    ),
    TextKind.MERCHANT_BAD_HEIGHT: "没看懂“{text}”。请写车高几米，例如：车高2.1米",
    TextKind.MERCHANT_BAD_LENGTH: "没看懂“{text}”。请写停多久，例如：90分钟 或 2小时",
    TextKind.MERCHANT_BAD_SIGNATURE: "签名不对，没有任何改动。签名是结尾的*和8个字母。",
    TextKind.MERCHANT_UNSIGNED: "没有任何改动：短信须带签名，即结尾的*和8个字母。",
    TextKind.MERCHANT_BAD_PIN: (
        "没有任何改动：密码缺少或不对。请写在开头，例如：密码123456。错5次后须等一小时。"
    ),
    TextKind.MERCHANT_REPLAYED: (
        "没有任何改动：这条签名短信已用过。要再发一次，请加上 #2 后重新签名。"
    ),
    TextKind.MERCHANT_TWO_TIMES: (
        "客人几时到：{one}还是{two}？请写对的时间再发一次；停多久写90分钟。"
    ),
    TextKind.MERCHANT_TWO_PHONES: "哪个是司机的电话：{one}还是{two}？请写司机的再发一次。",
    TextKind.MERCHANT_TWO_OF: "{one}还是{two}？请写对的再发一次。",
    TextKind.MERCHANT_NOTHING_TO_CHANGE: "要改什么？请写上新时间：预约 编号:{reference} 19:15",
}


def _day(month: int, day: int, year: int | None) -> str:
    return (f"{year}年" if year else "") + f"{month}月{day}日"


def _moment(day: date, at: time, today: date) -> str:
    ahead = (day - today).days
    if ahead in (0, 1):
        return f"{'今明'[ahead]}天{at:%H:%M}"
    return f"{_day(day.month, day.day, shown_year(day, today))}{at:%H:%M}"


def _length(hours: int, minutes: int) -> str:
    return f"{hours}小时" * (hours > 0) + f"{minutes}分钟" * (minutes > 0)


TEMPLATES = Templates(
    texts=_TEXTS,
    gsm_7=False,
    day=_day,
    moment=_moment,
    today="今天",
    length=_length,
    features={Feature.EV: "充电", Feature.ACCESSIBLE: "无障碍", Feature.FAMILY: "亲子"},
    height=lambda metres: f"车高{metres:g}米",
    comma="、",
    calling_codes=("+86",),
)

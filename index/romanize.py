"""Names across scripts: a rough Latin reading of a word, and the consonants that survive transcription.

Шойгу, Shoigú, 쇼이구, ショイグ, 绍伊古 and شويغو are one name. Transcription keeps the order of the
consonants and little else, so two spellings are compared by `skeleton`: consonants folded into the
classes that languages confuse (b/p/f/v, k/g/q, l/r, d/t, all hissing sounds), vowels dropped. The
idea is Soundex's; the classes are those of transcription between languages, not of English hearing.
"""

from __future__ import annotations

import re
import unicodedata
from functools import lru_cache


def _pairs(table: str) -> dict[str, str]:
    """ "ab:x c:y" -> {"a": "x", "b": "x", "c": "y"}."""
    found: dict[str, str] = {}
    for entry in table.split():
        letters, reading = entry.split(":")
        found.update(dict.fromkeys(letters, reading))
    return found


_LATIN = _pairs("ł:l ø:o đð:d þ:t ı:i æ:e œ:e ß:ss ħ:h ə:a ŋ:n")
_CYRILLIC = _pairs(
    "а:a б:b в:v г:g ґ:g д:d её:e є:e ж:j з:z иіїйы:i к:k л:l м:m н:n о:o п:p р:r с:s т:t у:u ф:f х:h "
    "ц:ts чщ:ch ш:sh ъь: э:e ю:iu я:ia ћ:ch ђ:j ј:i љ:l њ:n џ:j ў:u қ:k ғ:g ң:n ө:o ү:u ұ:u һ:h ә:a"
)
_GREEK = _pairs(
    "α:a β:v γ:g δ:d ε:e ζ:z ηι:i θ:t κ:k λ:l μ:m ν:n ξ:ks ο:o π:p ρ:r σς:s τ:t υ:i φ:f χ:h ψ:ps ω:o"
)
_ARABIC = _pairs(
    "اأإآىٱ:a ب:b پ:p تط:t ث:t ج:j چ:ch ح:h خ:h دض:d ذ:d ر:r زظ:z ژ:j سص:s ش:sh ع: غ:g ف:f ڤ:v قكک:k گ:g "
    "ل:l م:m ن:n هةھہ:h وؤ:u يئیے:i ء:"
)
_HEBREW = _pairs(
    "א:a ב:b ג:g ד:d ה:h ו:u ז:z ח:h ט:t י:i כך:k ל:l מם:m נן:n ס:s ע: פף:p צץ:ts ק:k ר:r ש:sh ת:t"
)
_DEVANAGARI = _pairs(
    "अआ:a इईिी:i उऊुू:u ऋृ:ri एऐेैॅऍ:e ओऔोौॉऑ:o ाः:a कखक़:k गघग़:g ङ:n चछ:ch जझ:j ञ:n टठतथ:t डढदध:d णन:n "
    "प:p फ:f ब:b भ:b म:m य:y र:r ल:l व:v शष:sh स:s ह:h ंँ:n ्:  ़:"
)
_KANA_VOWELS = "aiueo"
_KANA = {
    "": "アイウエオ", "k": "カキクケコ", "g": "ガギグゲゴ", "s": "サシスセソ", "z": "ザジズゼゾ",
    "t": "タチツテト", "d": "ダヂヅデド", "n": "ナニヌネノ", "h": "ハヒフヘホ", "b": "バビブベボ",
    "p": "パピプペポ", "m": "マミムメモ", "r": "ラリルレロ",
}  # fmt: skip
_KANA_ODD = _pairs(
    "ヤャ:ya ユュ:yu ヨョ:yo ワ:wa ヲ:o ン:n ヴ:vu シ:shi ジ:ji チ:chi ツ:tsu フ:fu "
    "ァ:a ィヰ:i ゥ:u ェヱ:e ォ:o ッー・:"
)
_KANA_READING = {
    letter: consonant + vowel
    for consonant, row in _KANA.items()
    for letter, vowel in zip(row, _KANA_VOWELS, strict=True)
} | _KANA_ODD
_HANGUL_LEAD, _HANGUL_VOWEL, _HANGUL_TAIL = (
    row.split(" ")
    for row in (
        "k kk n t tt r m p pp s ss - j jj ch k t p h",
        "a ae ya yae eo e yeo ye o wa wae oe yo u wo we wi yu eu ui i",
        "- k k k n n n t l k m l l l p l m p p t t ng t t k t p h",
    )
)
# The characters that news Chinese uses to write foreign names (Xinhua's table and common given names).
_HAN = _pairs(
    "阿亚亞:a 艾爱埃愛:ai 安:an 昂:ang 奥澳奧:ao 巴芭:ba 白拜:bai 班:ban 邦:bang 保鲍堡鮑:bao 贝貝:bei "
    "本:ben 比彼毕秘:bi 别別:bie 宾賓:bin 波博伯勃:bo 布:bu 查:cha 柴:chai 昌:chang 彻切:che 达達:da "
    "戴黛:dai 丹:dan 当:dang 道:dao 德:de 邓鄧:deng 迪蒂底:di 甸:dian 丁:ding 东東:dong 杜都:du "
    "顿敦頓:dun 多:duo 厄俄:e 恩:en 尔爾:er 法:fa 凡范:fan 方:fang 菲费費:fei 芬:fen 丰冯豐:feng 佛:fo "
    "夫弗福富:fu 加嘎:ga 盖:gai 甘:gan 冈岡:gang 高:gao 戈格葛:ge 根:gen 贡貢:gong 古顾顧:gu 瓜:gua "
    "圭:gui 果:guo 哈:ha 海:hai 汉罕漢:han 赫:he 黑:hei 亨:heng 洪:hong 胡:hu 华:hua 怀懷:huai 惠:hui "
    "霍:huo 吉季:ji 贾賈:jia 江:jiang 焦:jiao 杰捷傑:jie 金津:jin 京:jing 居:ju 卡喀:ka 凯凱:kai "
    "坎堪:kan 康:kang 考:kao 柯科克:ke 肯:ken 基:ki 孔:kong 库庫:ku 夸:kua 奎:kui 昆:kun 拉:la "
    "莱赖萊:lai 兰蘭:lan 朗:lang 劳勞:lao 勒:le 雷蕾:lei 黎里利莉:li 连連:lian 廖:liao 列:lie 林琳:lin "
    "隆龙:long 卢鲁盧魯:lu 伦倫:lun 罗洛羅:luo 吕呂:lv 马玛馬瑪:ma 迈麦麥邁:mai 曼:man 芒:mang 毛:mao "
    "梅:mei 门門:men 蒙孟:meng 米密:mi 缅緬:mian 明:ming 莫默墨:mo 姆穆:mu 纳娜納:na 奈:nai 南:nan "
    "瑙:nao 内內:nei 尼妮:ni 年:nian 涅:nie 宁寧:ning 纽紐:niu 农農:nong 努:nu 诺諾:nuo 欧歐:ou 帕:pa "
    "派:pai 潘:pan 庞龐:pang 佩培:pei 彭蓬:peng 皮:pi 平:ping 珀:po 蒲普浦葡朴:pu 奇齐齊:qi 恰:qia "
    "强強:qiang 乔喬:qiao 钦:qin 琼瓊:qiong 丘:qiu 让壤:rang 热:re 仁:ren 日:ri 荣榮:rong 茹:ru 瑞:rui "
    "若:ruo 萨撒薩:sa 塞赛賽:sai 桑:sang 瑟:se 森:sen 沙莎:sha 珊:shan 尚:shang 绍紹:shao 舍:she 申:shen "
    "圣聖:sheng 史什石:shi 首:shou 舒:shu 顺:shun 朔:shuo 司斯丝:si 松:song 苏蘇:su 孙孫:sun 索:suo "
    "塔:ta 泰:tai 坦:tan 唐:tang 陶萄:tao 特:te 滕:teng 提:ti 铁:tie 廷:ting 通:tong 图圖:tu 托:tuo "
    "瓦:wa 万萬:wan 旺:wang 威维韦魏維韋:wei 文温:wen 翁:weng 沃:wo 乌武烏:wu 西希锡:xi 夏:xia 鲜:xian "
    "香:xiang 肖:xiao 谢謝:xie 辛欣:xin 兴興:xing 休:xiu 勋:xun 雅:ya 延:yan 扬仰揚:yang 耶叶葉:ye "
    "伊易:yi 因印尹:yin 英:ying 尤:you 于:yu 约約:yue 云雲:yun 扎:za 赞贊:zan 泽澤:ze 曾:zeng 詹:zhan "
    "章:zhang 哲:zhe 珍:zhen 正:zheng 芝:zhi 朱:zhu 卓:zhuo 兹茲:zi 宗:zong 佐:zuo"
)
_TABLE = {**_LATIN, **_CYRILLIC, **_GREEK, **_ARABIC, **_HEBREW, **_DEVANAGARI, **_KANA_READING, **_HAN}


def _reading(letter: str) -> str:
    """The Latin reading of one letter of any of the scripts known here; "" for any other."""
    if "a" <= letter <= "z":
        return letter
    code = ord(letter) - 0xAC00
    if 0 <= code < 11172:
        lead, vowel, tail = code // 588, code % 588 // 28, code % 28
        parts = _HANGUL_LEAD[lead], _HANGUL_VOWEL[vowel], _HANGUL_TAIL[tail]
        return "".join(parts).replace("-", "")
    if "ぁ" <= letter <= "ゖ":
        letter = chr(ord(letter) + 0x60)
    return _TABLE.get(letter, "")


def romanize(word: str) -> str:
    """A rough reading of `word` in the letters a–z; letters of unknown scripts are left out.

    Knows Latin, Cyrillic, Greek, Hangul, Kana, Arabic and Hebrew (written letters only), Devanagari,
    and the few hundred Han characters used to write foreign names.
    """
    folded = unicodedata.normalize("NFC", word).casefold()
    letters = [letter for letter in folded if letter in _TABLE or not unicodedata.combining(letter)]
    read: list[str] = []
    for letter in letters:
        known = _reading(letter)
        if not known and letter not in _TABLE:
            known = "".join(_reading(part) for part in unicodedata.normalize("NFKD", letter))
        read.append(known)
    return "".join(read)


_FOLDS = (
    # Order matters: longer spellings of one sound before their letters.
    (re.compile("ng(?![aeiou])"), "n"),
    (re.compile("tsch|tch|sch|shch|zsch"), "s"),
    (re.compile("sh|ch|zh|cz|sz|ts|tz|dz|ds|dj|gy"), "s"),
    (re.compile("ph"), "p"),
    (re.compile("th|dh"), "t"),
    (re.compile("kh|gh|ck|cq"), "k"),
    (re.compile("x"), "ks"),
    (re.compile("c(?=[eiy])"), "s"),
)
_CLASSES = str.maketrans("bfvpgkqcdtlrjszmnw", "ppppkkkkttrrsssmn-")
_REPEATED = re.compile(r"(.)\1+")


@lru_cache(maxsize=32768)
def skeleton(word: str) -> str:
    """The consonant classes of `word` (P K T R S M N), with "A" in front if it begins with a vowel.

    Empty for a word without letters of a known script. `skeleton("Шойгу") == skeleton("쇼이구") == "SK"`.
    """
    read = romanize(word)
    if not read:
        return ""
    first = "A" if read.lstrip("h")[:1] in set("aeiouyw") else ""
    for pattern, sound in _FOLDS:
        read = pattern.sub(sound, read)
    consonants = "".join(letter for letter in read if letter not in "aeiouyh").translate(_CLASSES)
    return first + _REPEATED.sub(r"\1", consonants.replace("-", "")).upper()


def is_name_han(letter: str) -> bool:
    """Whether the Han character is one of those that write foreign names."""
    return letter in _HAN

"""What each character becomes before it is cut into pieces: folded, and for many scripts romanised.

Romanised, Шойгу, Σόιγκου and शोइगु share pieces with Shoigu, so a name seen in one script is known in
the others, and a word of one Slavic, Indic or Hellenic language lends its meaning to its cognates.
Han, Hiragana, Thai, Hebrew and Arabic letters stay as they are: without written vowels, or with
readings that depend on the word, their romanisation meets nothing. Hangul stays too: romanised, a Korean
compound falls into pieces that mean nothing (북한군, "b ugh angun").
"""

from __future__ import annotations

import sys
import unicodedata


def _read(pairs: str) -> dict[str, str]:
    """Letter and replacement in turn; ~ stands for nothing."""
    parts = pairs.split()
    return {letter: target.strip("~") for letter, target in zip(parts[::2], parts[1::2], strict=True)}


_CYRILLIC = _read(
    "а a  б b  в v  г g  д d  е e  ё e  ж zh  з z  и i  й i  к k  л l  м m  н n  о o  п p  р r  с s "
    "т t  у u  ф f  х kh  ц ts  ч ch  ш sh  щ shch  ъ ~  ы y  ь ~  э e  ю yu  я ya  і i  ї i  є e "
    "ґ g  ј j  љ lj  њ nj  ћ c  ђ dj  џ dz  ў u  ѓ g  ќ k  ѕ dz  ѐ e  ѝ i  ғ g  қ k  ң n  һ h  ө o "
    "ү u  ұ u  ә a  ҳ h  ҷ j  ҥ n"
)
_GREEK = _read(
    "α a  β v  γ g  δ d  ε e  ζ z  η i  θ th  ι i  κ k  λ l  μ m  ν n  ξ x  ο o  π p  ρ r  σ s  ς s "
    "τ t  υ y  φ f  χ ch  ψ ps  ω o"
)
# Offsets inside each Indic block, which all follow the order of Devanagari.
_INDIC = {
    0x02: "n", 0x03: "h", 0x01: "n", 0x3C: "", 0x4D: "", 0x05: "a", 0x06: "a", 0x07: "i", 0x08: "i",
    0x09: "u", 0x0A: "u", 0x0B: "ri", 0x0D: "e", 0x0E: "e", 0x0F: "e", 0x10: "ai", 0x11: "o", 0x12: "o",
    0x13: "o", 0x14: "au", 0x15: "k", 0x16: "kh", 0x17: "g", 0x18: "gh", 0x19: "n", 0x1A: "ch",
    0x1B: "chh", 0x1C: "j", 0x1D: "jh", 0x1E: "n", 0x1F: "t", 0x20: "th", 0x21: "d", 0x22: "dh",
    0x23: "n", 0x24: "t", 0x25: "th", 0x26: "d", 0x27: "dh", 0x28: "n", 0x29: "n", 0x2A: "p", 0x2B: "f",
    0x2C: "b", 0x2D: "bh", 0x2E: "m", 0x2F: "y", 0x30: "r", 0x31: "r", 0x32: "l", 0x33: "l", 0x34: "l",
    0x35: "v", 0x36: "sh", 0x37: "sh", 0x38: "s", 0x39: "h", 0x3E: "a", 0x3F: "i", 0x40: "i", 0x41: "u",
    0x42: "u", 0x43: "ri", 0x45: "e", 0x46: "e", 0x47: "e", 0x48: "ai", 0x49: "o", 0x4A: "o", 0x4B: "o",
    0x4C: "au", 0x58: "k", 0x59: "kh", 0x5A: "g", 0x5B: "z", 0x5C: "r", 0x5D: "rh", 0x5E: "f",
    0x5F: "y",
}  # fmt: skip
_KATAKANA = _read(
    "ァ a  ア a  ィ i  イ i  ゥ u  ウ u  ェ e  エ e  ォ o  オ o  カ ka  ガ ga  キ ki  ギ gi "
    "ク ku  グ gu  ケ ke  ゲ ge  コ ko  ゴ go  サ sa  ザ za  シ shi  ジ ji  ス su  ズ zu "
    "セ se  ゼ ze  ソ so  ゾ zo  タ ta  ダ da  チ chi  ヂ ji  ッ ~  ツ tsu  ヅ zu  テ te "
    "デ de  ト to  ド do  ナ na  ニ ni  ヌ nu  ネ ne  ノ no  ハ ha  バ ba  パ pa  ヒ hi  ビ bi "
    "ピ pi  フ fu  ブ bu  プ pu  ヘ he  ベ be  ペ pe  ホ ho  ボ bo  ポ po  マ ma  ミ mi  ム mu "
    "メ me  モ mo  ャ ya  ヤ ya  ュ yu  ユ yu  ョ yo  ヨ yo  ラ ra  リ ri  ル ru  レ re  ロ ro "
    "ヮ wa  ワ wa  ヰ i  ヱ e  ヲ o  ン n  ヴ v  ヵ ka  ヶ ke  ー ~"
)
_ARABIC = _read("أ ا  إ ا  آ ا  ٱ ا  ى ي  ة ه  ی ي  ک ك  گ ك  ۀ ه  ے ي  ؤ و  ئ ي")
_LATIN = _read("ß ss  æ ae  œ oe  ø o  đ d  ð d  þ th  ł l  ı i  ħ h  ŋ n  ŧ t  ə a")
_LATIN["ʼ"] = " "
# Traditional and simplified, two by two: Chinese of both spellings, and Japanese with them.
_HAN = (
    "愛爱礙碍罷罢備备貝贝筆笔畢毕邊边變变標标賓宾補补財财參参倉仓層层產产長长場场廠厂車车徹彻塵尘陳陈稱称誠诚遲迟衝冲醜丑礎础處处觸触傳传創创純纯詞词從从達达帶带單单擔担彈弹當当黨党導导島岛燈灯鄧邓"
    "敵敌遞递點点電电調调東东動动鬥斗獨独斷断隊队對对頓顿奪夺額额惡恶兒儿爾尔發发髮发罰罚範范飛飞費费豐丰鳳凤風风婦妇復复複复負负該该蓋盖幹干乾干趕赶剛刚鋼钢個个給给宮宫貢贡溝沟購购顧顾關关觀观館馆"
    "慣惯廣广規规歸归軌轨櫃柜國国過过漢汉號号賀贺鴻鸿後后護护華华畫画劃划話话懷怀壞坏歡欢環环還还換换黃黄揮挥輝辉匯汇會会機机積积極极級级擊击際际濟济繼继計计記记紀纪績绩夾夹價价駕驾艱艰監监堅坚檢检"
    "簡简減减見见艦舰劍剑漸渐將将獎奖講讲醬酱膠胶腳脚較较階阶節节結结潔洁傑杰緊紧僅仅進进盡尽勁劲經经驚惊競竞鏡镜舊旧舉举劇剧據据懼惧絕绝覺觉決决軍军開开凱凯顆颗殼壳課课墾垦懇恳庫库褲裤誇夸塊块寬宽"
    "礦矿虧亏擴扩來来賴赖蘭兰欄栏藍蓝覽览爛烂勞劳樂乐類类淚泪離离裡里裏里禮礼麗丽曆历歷历勵励聯联連连練练煉炼戀恋糧粮兩两輛辆療疗遼辽劉刘龍龙樓楼陸陆錄录綠绿慮虑亂乱輪轮論论羅罗邏逻馬马買买賣卖邁迈"
    "滿满貓猫貿贸門门們们夢梦彌弥綿绵廟庙滅灭鳴鸣謀谋畝亩納纳難难腦脑內内擬拟鳥鸟寧宁農农諾诺歐欧盤盘龐庞賠赔噴喷鵬鹏騙骗貧贫頻频憑凭蘋苹評评潑泼撲扑僕仆樸朴齊齐騎骑豈岂啟启氣气棄弃遷迁簽签錢钱淺浅"
    "槍枪牆墙強强橋桥喬乔竊窃親亲輕轻傾倾慶庆窮穷區区驅驱趨趋權权勸劝確确讓让擾扰熱热認认榮荣軟软銳锐潤润灑洒薩萨賽赛傘伞喪丧掃扫殺杀曬晒閃闪陝陕傷伤賞赏燒烧紹绍設设攝摄審审聲声勝胜聖圣師师獅狮詩诗"
    "時时實实識识適适勢势飾饰釋释視视試试壽寿獸兽書书樹树術术數数雙双誰谁順顺說说碩硕絲丝飼饲鬆松訴诉蘇苏雖虽隨随歲岁孫孙損损縮缩鎖锁臺台態态談谈嘆叹湯汤濤涛討讨騰腾題题體体條条鐵铁聽听廳厅統统頭头"
    "圖图塗涂團团託托脫脱灣湾彎弯萬万網网圍围維维偉伟緯纬衛卫謂谓溫温聞闻穩稳問问無无務务誤误霧雾犧牺襲袭習习戲戏係系繫系細细蝦虾俠侠狹狭廈厦嚇吓鮮鲜纖纤賢贤顯显險险縣县現现線线憲宪獻献鄉乡詳详響响"
    "項项蕭萧銷销曉晓嘯啸協协脅胁寫写瀉泻謝谢興兴須须許许續续緒绪選选學学尋寻訊讯訓训遜逊壓压鴨鸭亞亚煙烟鹽盐嚴严顏颜閻阎厭厌驗验陽阳揚扬楊杨養养樣样搖摇遙遥謠谣藥药爺爷業业葉叶頁页醫医遺遗儀仪億亿"
    "義义憶忆藝艺議议譯译異异陰阴銀银飲饮隱隐應应營营贏赢穎颖擁拥優优憂忧郵邮遊游猶犹誘诱於于魚鱼漁渔語语與与嶼屿譽誉預预園园員员圓圆緣缘遠远願愿約约躍跃閱阅雲云運运韻韵雜杂災灾載载讚赞贊赞臟脏髒脏"
    "則则責责擇择澤泽賊贼贈赠債债齋斋戰战張张漲涨帳帐賬账趙赵這这針针偵侦診诊陣阵鎮镇爭争證证鄭郑幀帧織织職职執执紙纸質质滯滞製制鐘钟終终種种眾众週周晝昼諸诸築筑駐驻專专磚砖轉转賺赚莊庄裝装狀状壯壮"
    "準准濁浊資资總总縱纵組组鑽钻"
)
_SIMPLE = dict(zip(_HAN[::2], _HAN[1::2], strict=True))
_KEPT_MARKS = set("%$€£¥")


def fold_table() -> dict[str, str]:
    """Character → folded text, for every character that folding changes.

    The table expects text in Unicode form NFKC. Case, accents and vowel points go; digits of every
    script become 0–9; punctuation and symbols become a space (so 1,190 and 1.190 are one number).
    """
    table: dict[str, str] = {}
    for code in range(0x21, sys.maxunicode + 1):
        if 0xD800 <= code <= 0xDFFF or 0xE000 <= code <= 0xF8FF or code >= 0x20000:
            continue
        char = chr(code)
        # Number signs that attach to what follows (U+0600-0605 and their like) stay as they are.
        if not unicodedata.is_normalized("NFKC", char) or (
            unicodedata.category(char) == "Cf" and code < 0x900
        ):
            continue
        folded = _fold(char)
        if folded != char:
            table[char] = folded
    return table


def _fold(char: str) -> str:
    """What one character becomes."""
    code = ord(char)
    category = unicodedata.category(char)
    if char in _KEPT_MARKS:
        return char
    if category == "Nd":
        return str(unicodedata.digit(char))
    special = _special(char.lower())
    if special is not None:
        return special
    if 0xAC00 <= code <= 0xD7A3:
        return char  # NFKD would take the syllable apart
    if category[0] in "PSZ" or category in ("Cc", "Co"):
        return " "
    if category in ("Mn", "Cf") and not 0x0E00 <= code <= 0x0EFF:
        return ""
    plain = "".join(
        _special(part) if _special(part) is not None else part  # type: ignore[misc]
        for part in unicodedata.normalize("NFKD", char.lower()).casefold()
        if unicodedata.category(part) != "Mn" or 0x0E00 <= code <= 0x0EFF or 0x3040 <= code <= 0x30FF
    )
    return plain if plain.strip() else " "


def _special(char: str) -> str | None:
    """The hand-made entry for a lower-case character; None where there is none."""
    for table in (_CYRILLIC, _GREEK, _KATAKANA, _ARABIC, _LATIN, _SIMPLE):
        if char in table:
            return table[char]
    if len(char) == 1 and 0x0900 <= ord(char) < 0x0D80:
        return _INDIC.get(ord(char) & 0x7F) if unicodedata.category(char) != "Nd" else None
    return None

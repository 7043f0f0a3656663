"""Page furniture goes, every paragraph stays, captions are set apart."""

# ruff: noqa: E501 - paragraphs of news are longer than lines of code, and stay in one piece here.

from __future__ import annotations

import pytest
from hypothesis import given
from hypothesis import strategies as st

from index.boilerplate import is_furniture
from index.captions import is_caption, is_credit, is_sources
from index.clean import clean
from index.titles import DERIVED_LENGTH, byline

# Language: headline; paragraphs; noise that stands between them.
PAGES = {
    "es": (
        "El puerto de Aralia reabre tras la huelga",
        [
            "El puerto de Aralia volvió a trabajar el lunes después de nueve días de huelga, dijo la alcaldesa.",
            "Lea los documentos con calma, pidió el sindicato a sus 2.300 afiliados antes de votar el acuerdo.",
        ],
        ["READ  Una actriz sorprende en el festival de cine", "LEE TAMBIÉN: Sube el precio del pan", "Te Recomendamos", "Deja una respuesta", "Tu dirección de correo electrónico no será publicada.", "Publicidad", "Compartir"],
    ),
    "en": (
        "Harbour reopens after nine-day strike",
        [
            "The harbour of Aralia went back to work on Monday after a strike of nine days, the mayor said.",
            "Read the agreement slowly, the union told its 2,300 members before the vote on Sunday.",
        ],
        ["READ MORE: Actress surprises festival", "Related articles", "Leave a Reply", "Advertisement", "0 Comments", "Sign up for our newsletter", "We use cookies to improve your experience.", "Follow us on Facebook"],
    ),
    "fr": (
        "Le port rouvre après neuf jours de grève",
        [
            "Le port d’Aralia a repris le travail lundi après neuf jours de grève, a annoncé la maire.",
            "À lire le texte de près, le syndicat n’a rien cédé sur les salaires de ses 2 300 membres.",
        ],
        ["À lire aussi : Le prix du pain augmente", "Publicité", "Partager", "Laisser un commentaire", "Votre adresse e-mail ne sera pas publiée.", "Abonnez-vous à notre newsletter", "Sur le même sujet"],
    ),
    "de": (
        "Hafen öffnet nach neun Tagen Streik",
        [
            "Der Hafen von Aralia arbeitet seit Montag wieder, nach neun Tagen Streik, sagte die Bürgermeisterin.",
            "Mehr dazu wollte die Gewerkschaft ihren 2300 Mitgliedern erst nach der Abstimmung sagen.",
        ],
        ["Lesen Sie auch: Brotpreise steigen", "Anzeige", "Teilen", "Schreibe einen Kommentar", "Meistgelesen", "Deine E-Mail-Adresse wird nicht veröffentlicht.", "Wir verwenden Cookies."],
    ),
    "pt": (
        "Porto reabre depois de nove dias de greve",
        [
            "O porto de Aralia voltou a trabalhar na segunda-feira depois de nove dias de greve, disse a prefeita.",
            "Leia-se no acordo que os 2.300 trabalhadores terão aumento, afirmou o sindicato no domingo.",
        ],
        ["Leia também: Pão fica mais caro", "Publicidade", "Compartilhe", "Deixe um comentário", "Mais lidas", "O seu endereço de e-mail não será publicado.", "Siga-nos no Instagram"],
    ),
    "it": (
        "Il porto riapre dopo nove giorni di sciopero",
        [
            "Il porto di Aralia ha ripreso a lavorare lunedì dopo nove giorni di sciopero, ha detto la sindaca.",
            "Leggi e contratti vanno rispettati, ha ricordato il sindacato ai suoi 2.300 iscritti.",
        ],
        ["Leggi anche: Sale il prezzo del pane", "Pubblicità", "Condividi", "Lascia un commento", "Articoli correlati", "Il tuo indirizzo email non sarà pubblicato.", "Iscriviti alla newsletter"],
    ),
    "ru": (
        "Порт открылся после девяти дней забастовки",
        [
            "Порт Аралии возобновил работу в понедельник после девяти дней забастовки, сообщила мэр.",
            "Читайте договор внимательно, просил профсоюз своих 2300 членов перед голосованием.",
        ],
        ["Читайте также: Цены на хлеб растут", "Реклама", "Поделиться", "Оставить комментарий", "Материалы по теме", "Ваш адрес email не будет опубликован.", "Подписывайтесь на наш Telegram-канал"],
    ),
    "uk": (
        "Порт відкрився після дев’яти днів страйку",
        [
            "Порт Аралії відновив роботу в понеділок після дев’яти днів страйку, повідомила мерка.",
            "Профспілка просила своїх 2300 членів уважно прочитати угоду перед голосуванням.",
        ],
        ["Читайте також: Ціни на хліб зростають", "Залишити коментар", "Поділитися"],
    ),
    "zh": (
        "阿拉利亚港罢工九天后恢复运营",
        ["阿拉利亚港在九天罢工之后于周一恢复运营，市长说。", "工会请2300名会员在投票之前仔细阅读协议。"],
        ["关联阅读：面包价格上涨", "相关新闻", "广告", "分享到微信", "发表评论", "扫描二维码关注我们"],
    ),
    "ko": (
        "아랄리아 항구, 아흐레 파업 끝에 다시 열어",
        ["아랄리아 항구가 아흐레 동안의 파업 끝에 월요일 다시 문을 열었다고 시장이 밝혔다.", "노조는 조합원 2300명에게 합의문을 잘 읽어 달라고 당부했다."],
        ["관련기사: 빵값 오른다", "광고", "공유하기", "댓글 쓰기", "무단 전재 및 재배포 금지", "많이 본 뉴스"],
    ),
    "ja": (
        "アラリア港、九日間のスト後に再開",
        ["アラリア港は九日間のストの後、月曜日に業務を再開したと市長が発表した。", "組合は2300人の組合員に合意書をよく読むよう求めた。"],
        ["関連記事：パンの値上げ", "広告", "シェアする", "コメントを残す", "あわせて読みたい", "無断転載を禁じます"],
    ),
    "ar": (
        "ميناء أراليا يعود إلى العمل بعد تسعة أيام من الإضراب",
        ["عاد ميناء أراليا إلى العمل يوم الاثنين بعد تسعة أيام من الإضراب، حسب ما قالت العمدة.", "طلبت النقابة من أعضائها وعددهم 2300 قراءة الاتفاق بعناية قبل التصويت."],
        ["اقرأ أيضا: ارتفاع سعر الخبز", "إعلان", "شارك", "اترك تعليقا", "لن يتم نشر عنوان بريدك الإلكتروني.", "الأكثر قراءة"],
    ),
    "hi": (
        "नौ दिन की हड़ताल के बाद बंदरगाह फिर खुला",
        ["अरालिया का बंदरगाह नौ दिन की हड़ताल के बाद सोमवार को फिर खुल गया, मेयर ने कहा।", "यूनियन ने अपने 2300 सदस्यों से समझौता ध्यान से पढ़ने को कहा।"],
        ["यह भी पढ़ें: रोटी महंगी हुई", "विज्ञापन", "शेयर करें", "टिप्पणी करें", "आपका ईमेल पता प्रकाशित नहीं किया जाएगा।"],
    ),
    "tr": (
        "Liman dokuz günlük grevin ardından açıldı",
        [
            "Aralia limanı dokuz günlük grevin ardından pazartesi günü yeniden açıldı, dedi belediye başkanı Işıl.",
            "Oku bakalım ne yazıyor, dedi sendika 2300 üyesine, İzmir’deki oylamadan önce.",
        ],
        ["Ayrıca okuyun: Ekmek zamlandı", "İlgili haberler", "Reklam", "Paylaş", "Bir yanıt yazın", "İLGİNİZİ ÇEKEBİLİR", "E-posta adresiniz yayımlanmayacak."],
    ),
}  # fmt: skip


@pytest.mark.parametrize("language", PAGES)
def test_noise_goes_and_every_paragraph_stays(language: str) -> None:
    headline, paragraphs, noise = PAGES[language]
    lines = [headline, noise[0], paragraphs[0], *noise[1:3], paragraphs[1], *noise[3:]]
    cleaned = clean("\n".join(lines))
    assert cleaned.title == headline
    assert cleaned.text.split("\n\n") == paragraphs


@pytest.mark.parametrize(
    "line",
    [
        "READ, a charity that teaches adults, opened three schools.",
        "Read the full text before you sign, the judge said.",
        "Related companies paid 3 million euros in fines.",
        "Lee también a los clásicos, según contó.",
        "Comparte celda con otros dos presos.",
        "Copyright law changed in 2024.",
        "Jetzt hat der Konzern auf die Vorwürfe reagiert und den Messenger-Kanal abgeschaltet.",
        "Video shows the moment the bridge fell.",
        "Entre os mortos no Facebook há duas crianças, disse a polícia.",
        "Подписать соглашение обещали в мае.",
        "Suivez-le à la trace, ordonna le commissaire.",
        "广告收入去年下降了百分之十。",
        "광고 수입이 지난해 10% 줄었다.",
        "関連記事を書いた記者が表彰された。",
        "Reklam gelirleri yüzde on düştü.",
        "विज्ञापन से आय दस प्रतिशत घटी।",
    ],
)
def test_sentences_that_look_like_furniture_stay(line: str) -> None:
    assert not is_furniture(line)
    assert not is_caption(line)


def test_captions_and_credits_are_kept_apart() -> None:
    text = """El líder visita la fábrica de Aralia en plena crisis.

Oficina de prensa/Manual/Getty Images/Archivo

El presidente saluda al director de la fábrica antes de una visita en septiembre de 2023.



cnn

El presidente viajó el martes a Aralia para una visita de dos días que fue anunciada por su oficina.

La ministra Sol Ibáñez (izq.) con el alcalde en el puerto el 4 de junio de 2025 - Agencia Uno via REUTERS

Fue su primer viaje en dos años. La visita terminó sin acuerdo, según fuentes del gobierno regional.

El barco cruzó el canal en mayo. Préstamo fotográfico: Centro de Estudios.
La prensa local celebró el viaje. El diario lo llamó “histórico”.
(Con información de AP y AFP)"""
    cleaned = clean(text)
    assert cleaned.title == "El líder visita la fábrica de Aralia en plena crisis."
    assert cleaned.text.split("\n\n") == [
        "El líder visita la fábrica de Aralia en plena crisis.",
        "El presidente viajó el martes a Aralia para una visita de dos días que fue anunciada por su oficina.",
        "Fue su primer viaje en dos años. La visita terminó sin acuerdo, según fuentes del gobierno regional.",
        "La prensa local celebró el viaje. El diario lo llamó “histórico”.",
    ]
    assert len(cleaned.captions) == 5


@pytest.mark.parametrize(
    "line",
    [
        "Smoke rises over the port on Monday. (AP Photo/Ann Lee)",
        "Vista del puente este martes. Foto: Marta Gil / EFE",
        "Рабочие у ворот порта. Фото: ТАСС",
        "지난해 행사 모습. 사진=연합뉴스",
        "صورة من الحفل. تصوير: رويترز",
        "Hafen am Montag. Foto: Jan Weiß/dpa",
        "El presidente francés - REUTERS/ TERESA SUÁREZ",
    ],
)
def test_captions_with_credit(line: str) -> None:
    assert is_caption(line)


@pytest.mark.parametrize(
    "line",
    [
        "He posted a photo: it shows his cat.",
        "The minister resigned on Monday, the ministry said. - Reuters",
        "The talks failed, two officials told Reuters.",
        "Crece un 3 %, según el instituto (INE).",
        "Die Zahl stieg. Quelle sei das Amt, hieß es.",
    ],
)
def test_sentences_that_look_like_captions_stay(line: str) -> None:
    assert not is_caption(line)
    assert not is_credit(line)
    assert not is_sources(line)


def test_a_list_of_contents_goes_and_its_heading_stays() -> None:
    text = """La visita puede cambiar el tratado
  1. Acuerdo de armas
  2. Qué sigue
El tratado se firmó en 2024 y obliga a ambos países a prestarse ayuda en caso de un ataque exterior.
Acuerdo de armas
Las entregas empezaron en mayo, según el informe que publicó el comité de sanciones este lunes.
Qué sigue
Nadie lo sabe."""
    assert clean(text).text.split("\n\n")[1::2] == ["Acuerdo de armas", "Qué sigue"]
    assert "1." not in clean(text).text


def test_links_after_a_label_go_but_a_lone_heading_stays() -> None:
    paragraph = "El encuentro se celebró el miércoles y duró dos horas, informó la agencia estatal del país."
    text = f"{paragraph}\nTe recomendamos\nLa alianza se fortalece\n{paragraph}\nNoticias relacionadas\nSube el pan\nBaja el vino"
    assert clean(text).text.split("\n\n") == [paragraph, "La alianza se fortalece", paragraph]


def test_title_is_derived_only_where_there_is_no_headline() -> None:
    lead = "El gobierno de Aralia pidió el jueves el fin de la huelga después de que el sindicato prometiera seguir hasta mayo."
    cleaned = clean(f"\n{lead}\n“Debe terminar”, dijo el portavoz.")
    assert cleaned.text.startswith(lead)
    assert cleaned.title.endswith("…")
    assert len(cleaned.title) <= DERIVED_LENGTH
    assert lead.startswith(cleaned.title[:-1])
    assert clean("Solo una línea").text == "Solo una línea"
    given_title = clean(
        "El puente reabre\nEl puente reabrió ayer, dijo la alcaldesa.", title="El puente reabre"
    )
    assert given_title.text == "El puente reabrió ayer, dijo la alcaldesa."


def test_byline_and_date_lines_become_fields() -> None:
    cleaned = clean(
        "El puente reabre\nPor Lucía Ferrán\nPublicado el 5 de junio de 2025\nActualizado: 6 de junio de 2025\n"
        "El puente reabrió ayer, dijo la alcaldesa."
    )
    assert (cleaned.author, cleaned.published, cleaned.updated) == (
        "Lucía Ferrán",
        "2025-06-05",
        "2025-06-06",
    )
    assert cleaned.text == "El puente reabrió ayer, dijo la alcaldesa."


@pytest.mark.parametrize(
    ("line", "author"),
    [
        ("By Ann O’Neil and Bob Roe", "Ann O’Neil and Bob Roe"),
        ("记者 王丽", "王丽"),
        ("홍길동 기자 hong@example.com", "홍길동"),
        ("بقلم: سلمى حداد", "سلمى حداد"),
        ("By the time the ship sank", None),
        ("Por la mañana llovió", None),
    ],
)
def test_bylines(line: str, author: str | None) -> None:
    assert byline(line) == author


def test_signatures_and_combined_lines() -> None:
    body = "다리가 화요일에 다시 열렸다고 시장이 밝혔다."
    assert clean(f"다리 재개통\n{body}\n이서연 기자 seo@example.com").author == "이서연"
    cleaned = clean(
        "El puente reabre\nÓscar Villalba · 18 de noviembre de 2025\nReabrió ayer, dijo la alcaldesa."
    )
    assert (cleaned.author, cleaned.published) == ("Óscar Villalba", "2025-11-18")
    assert cleaned.text == "Reabrió ayer, dijo la alcaldesa."


def test_hidden_characters_leave_the_text() -> None:
    cleaned = clean(
        "Titular\u202e\nUn ban\u00adco\u200b quebró\x00 ayer\U000e0041, dijo é\u0301l. Cafe\u0301 می\u200cشود 👩\u200d🚒"
    )
    assert cleaned.title == "Titular"
    assert cleaned.text == "Un banco quebró ayer, dijo é\u0301l. Café می\u200cشود 👩\u200d🚒"


def test_nothing_but_furniture_leaves_nothing() -> None:
    assert clean("Compartir\nPublicidad\n* * *").text == ""


@given(st.lists(st.text(max_size=80), max_size=8))
def test_cleaning_twice_changes_no_character(lines: list[str]) -> None:
    once = clean("\n".join(lines), title="Título").text
    assert not set(once) & set("\x00\r\u200b\u202e\ud800\u00ad")
    assert "\n\n\n" not in once
    assert all(line == line.strip() for line in once.split("\n"))


@pytest.mark.parametrize(
    ("line", "author", "published"),
    [
        (
            "MADRID, 5 jun 2025 (EFE).- El puente de Aralia reabrió el jueves tras nueve meses de obras.",
            "EFE",
            "2025-06-05",
        ),
        (
            "ARALIA (Reuters) - The bridge of Aralia reopened on Thursday after nine months of works.",
            "Reuters",
            None,
        ),
        ("Berlin (dpa) - Die Brücke wurde am Donnerstag nach neun Monaten wieder geöffnet.", "dpa", None),
        (
            "МОСКВА, 5 июня 2025 (ТАСС) — Мост снова открыт после девяти месяцев ремонта.",
            "ТАСС",
            "2025-06-05",
        ),
        (
            "(서울=연합뉴스) 박서윤 기자 = 다리가 아홉 달 공사 끝에 목요일 다시 열렸다고 시장이 밝혔다고 한다.",
            "박서윤",
            None,
        ),
        (
            "【東京共同】橋が九か月の工事を終えて木曜日に再開したと市長が発表した。通行料は千円のままだという。",
            "共同",
            None,
        ),
        (
            "新华社北京5月20日电 阿拉利亚大桥在九个月的施工之后于周四恢复通车，市长说，票价不变，欢迎市民前来。",
            "新华社",
            None,
        ),
        (
            "The bank (founded in 1901) - one of three - closed its last branch on Thursday morning.",
            None,
            None,
        ),
        (
            "El ministro (PSOE) dijo el jueves que el puente reabrirá en junio después de las obras.",
            None,
            None,
        ),
    ],
)
def test_datelines_become_fields_and_stay_in_the_text(
    line: str, author: str | None, published: str | None
) -> None:
    cleaned = clean(f"Titular de prueba\n{line}\n{line[::-1]}", title="Otro")
    assert (cleaned.author, cleaned.published) == (author, published)
    assert line in cleaned.text


def test_lines_to_share_by_go_but_headings_that_name_a_service_stay() -> None:
    text = """Nova ponte abre

Partilha isto no Facebook

Ossza meg WhatsAppon

Imprimir

A ponte nova abriu na terça-feira, depois de três meses de obras que custaram quatro milhões.

Multa ao Facebook

O tribunal multou a empresa em dois milhões de euros, disse a juíza.

Követés: Instagram
"""
    assert clean(text).text.split("\n\n") == [
        "A ponte nova abriu na terça-feira, depois de três meses de obras que custaram quatro milhões.",
        "Multa ao Facebook",
        "O tribunal multou a empresa em dois milhões de euros, disse a juíza.",
    ]


def test_sentences_without_full_stops_are_no_headlines() -> None:
    text = """ตลาดน้ำท่าคาเปิดอีกครั้ง

ข่าวที่เกี่ยวข้อง

ค่าจอดเรือจะเพิ่มขึ้นร้อยละ 10 ตั้งแต่เดือนมิถุนายน สมาคมผู้ค้าขอให้ทุกคนดูสัญญาอีกครั้ง

ยังไม่มีใครรู้ว่าที่จอดรถจะอยู่ตรงไหนและเทศบาลก็ยังไม่ได้ตอบคำถามของชาวบ้านที่มาประชุม
"""
    assert clean(text).text.split("\n\n")[-2:] == text.strip().split("\n\n")[-2:]


def test_a_sentence_that_comes_again_and_again_is_kept_three_times() -> None:
    verse = "Он шёл и пел одну и ту же песню о реке."
    short = "Аплодисменты."
    lines = ["Вечер в Озёрске", *[verse, short] * 200, "Завод молчал до самого утра, пишет газета."]
    kept = clean("\n\n".join(lines)).text.split("\n\n")
    assert (kept.count(verse), kept.count(short), kept[-1]) == (3, 200, lines[-1])

"""姓名: invented names with their pinyin, as common, rare and minority names really look.

Any likeness to a living person is the chance of drawing two or three common characters.
"""

from __future__ import annotations

from random import Random
from typing import NamedTuple

from app.demo.mix import Mix, falling

MALE = "1"
MIDDLE_DOT = "·"


class Name(NamedTuple):
    """A name as written and as pronounced; the family part is what children inherit."""

    text: str
    pinyin: str
    family: str
    family_pinyin: str


Syllable = tuple[str, str]  # a character (or a word) and its pinyin


def pairs(text: str) -> list[Syllable]:
    """Read ``李 li 王 wang`` as pairs."""
    words = text.split()
    return list(zip(words[::2], words[1::2], strict=True))


SURNAMES = falling(
    pairs(
        "李 Li 王 Wang 张 Zhang 刘 Liu 陈 Chen 杨 Yang 赵 Zhao 黄 Huang 周 Zhou 吴 Wu 徐 Xu 孙 Sun"
        " 胡 Hu 朱 Zhu 高 Gao 林 Lin 何 He 郭 Guo 马 Ma 罗 Luo 梁 Liang 宋 Song 郑 Zheng 谢 Xie"
        " 韩 Han 唐 Tang 冯 Feng 于 Yu 董 Dong 萧 Xiao 程 Cheng 曹 Cao 袁 Yuan 邓 Deng 许 Xu"
        " 傅 Fu 沈 Shen 曾 Zeng 彭 Peng 吕 Lü 苏 Su 卢 Lu 蒋 Jiang 蔡 Cai 贾 Jia 丁 Ding 魏 Wei"
        " 薛 Xue 叶 Ye 阎 Yan 余 Yu 潘 Pan 杜 Du 戴 Dai 夏 Xia 钟 Zhong 汪 Wang 田 Tian 任 Ren"
        " 姜 Jiang 范 Fan 方 Fang 石 Shi 姚 Yao 谭 Tan 廖 Liao 邹 Zou 熊 Xiong 金 Jin 陆 Lu"
        " 郝 Hao 孔 Kong 白 Bai 崔 Cui 康 Kang 毛 Mao 邱 Qiu 秦 Qin 江 Jiang 史 Shi 顾 Gu"
        " 侯 Hou 邵 Shao 孟 Meng 龙 Long 万 Wan 段 Duan 雷 Lei 钱 Qian 汤 Tang 尹 Yin 黎 Li"
        " 欧阳 Ouyang 上官 Shangguan 司马 Sima 诸葛 Zhuge 令狐 Linghu"
    )
)
SOUTHERN_SURNAMES = falling(
    pairs("韦 Wei 黄 Huang 覃 Qin 莫 Mo 农 Nong 陆 Lu 蒙 Meng 梁 Liang 蓝 Lan 卢 Lu 李 Li 潘 Pan")
)
MUSLIM_SURNAMES = falling(pairs("马 Ma 沙 Sha 丁 Ding 哈 Ha 白 Bai 海 Hai 撒 Sa 穆 Mu"))

BOYS = falling(
    pairs(
        "浩 hao 宇 yu 子 zi 轩 xuan 俊 jun 泽 ze 明 ming 博 bo 文 wen 一 yi 家 jia 嘉 jia 睿 rui"
        " 晨 chen 阳 yang 天 tian 志 zhi 鹏 peng 辰 chen 佳 jia 梓 zi 豪 hao 旭 xu 航 hang 恒 heng"
        " 凯 kai 奕 yi 思 si 远 yuan 锐 rui 霖 lin 翔 xiang 卓 zhuo 毅 yi 川 chuan 乐 le 洋 yang"
    )
)
GIRLS = falling(
    pairs(
        "欣 xin 怡 yi 梓 zi 涵 han 雨 yu 萱 xuan 诗 shi 佳 jia 琪 qi 思 si 语 yu 嘉 jia 梦 meng"
        " 雅 ya 婷 ting 可 ke 馨 xin 彤 tong 一 yi 诺 nuo 晴 qing 颖 ying 悦 yue 瑶 yao 静 jing"
        " 若 ruo 妍 yan 芷 zhi 艺 yi 慧 hui 莹 ying 晓 xiao 满 man 月 yue 蕊 rui 楠 nan 清 qing"
    )
)
RARE = pairs(
    "喆 zhe 犇 ben 垚 yao 堃 kun 赟 yun 翀 chong 璟 jing 昶 chang 旻 min 祎 yi 頔 di 珺 jun"
    " 䶮 yan 㛃 jie 𬭚 chun 𫖯 fu 𬱖 di 𫍽 xuan"
)
FATHERS = falling(
    pairs(
        "建国 jianguo 志强 zhiqiang 伟 wei 军 jun 勇 yong 磊 lei 涛 tao 明 ming 超 chao 刚 gang"
        " 平 ping 海波 haibo 永红 yonghong 国庆 guoqing 文斌 wenbin 大江 dajiang 春生 chunsheng"
        " 立新 lixin 振华 zhenhua 学文 xuewen 长顺 changshun 德福 defu 鹏飞 pengfei 晓东 xiaodong"
    )
)
MOTHERS = falling(
    pairs(
        "丽 li 芳 fang 娟 juan 敏 min 静 jing 秀英 xiuying 艳 yan 霞 xia 小红 xiaohong 桂兰 guilan"
        " 玉梅 yumei 雪 xue 慧敏 huimin 海燕 haiyan 春花 chunhua 晓燕 xiaoyan 红梅 hongmei 洁 jie"
        " 云 yun 淑贞 shuzhen 凤英 fengying 小河 xiaohe 美玲 meiling 彩霞 caixia"
    )
)

# Names that have no family name: own name · father's name.
UYGHUR_SONS = pairs(
    "买买提江 Maimaitijiang 艾力 Aili 库尔班 Kuerban 阿不都拉 Abudula 迪力夏提 Dilixiati"
    " 吐尔逊 Tuerxun 艾合买提 Aihemaiti 玉素甫 Yusufu 热合曼 Reheman 木拉提 Mulati"
)
UYGHUR_DAUGHTERS = pairs(
    "阿依古丽 Ayiguli 古丽娜尔 Gulinaer 帕提古丽 Patiguli 热依罕 Reyihan 米热班 Mireban"
    " 阿孜古丽 Aziguli 迪丽娜尔 Dilinaer 祖丽菲亚 Zulifeiya"
)
KAZAKH_SONS = pairs("叶尔江 Yeerjiang 哈力 Hali 努尔兰 Nuerlan 巴合提 Baheti 木拉提 Mulati")
KAZAKH_DAUGHTERS = pairs("阿依努尔 Ayinuer 古丽江 Gulijiang 阿依达娜 Ayidana 加娜尔 Janaer")
TIBETAN_SONS = pairs("扎西顿珠 Zhaxidunzhu 次仁多吉 Cirenduoji 丹增 Danzeng 格桑平措 Gesangpingcuo")
TIBETAN_DAUGHTERS = pairs("次仁卓玛 Cirenzhuoma 德吉央宗 Dejiyangzong 白玛拉姆 Baimalamu")
MONGOL_SONS = pairs("巴特尔 Bateer 苏和 Suhe 那日苏 Narisu 阿古拉 Agula 朝鲁 Chaolu")
MONGOL_DAUGHTERS = pairs("乌云其木格 Wuyunqimuge 萨仁 Saren 娜仁花 Narenhua 其其格 Qiqige")

HAN, HUI, MONGOL, TIBETAN, UYGHUR, ZHUANG, KAZAKH = "01", "03", "02", "04", "05", "08", "17"
PATRONYMIC = {
    UYGHUR: (UYGHUR_SONS, UYGHUR_DAUGHTERS),
    KAZAKH: (KAZAKH_SONS, KAZAKH_DAUGHTERS),
}
SINGLE = {
    TIBETAN: (TIBETAN_SONS, TIBETAN_DAUGHTERS),
    MONGOL: (MONGOL_SONS, MONGOL_DAUGHTERS),
}
FAMILY = {HUI: MUSLIM_SURNAMES, ZHUANG: SOUTHERN_SURNAMES}
SHAPES = Mix({"two": 84, "one": 14, "rare": 1.5, "rare two": 0.5})


def families(rng: Random, n: int, ethnic: str = HAN) -> list[Syllable]:
    """Return surnames as people of that group have them."""
    return FAMILY.get(ethnic, SURNAMES).draw(rng, n)


def child(rng: Random, gender: str, ethnic: str, surname: Syllable) -> Name:
    """Return a child's name; groups without surnames get theirs from the father's own name."""
    if ethnic in PATRONYMIC:
        sons, daughters = PATRONYMIC[ethnic]
        own, father = rng.choice(sons if gender == MALE else daughters), rng.choice(sons)
        return joined(own, father)
    if ethnic in SINGLE:
        own = rng.choice(SINGLE[ethnic][gender != MALE])
        return Name(*own, "", "")
    text, spoken = given(rng, gender)
    return Name(surname[0] + text, f"{surname[1]} {spoken.capitalize()}", *surname)


def given(rng: Random, gender: str) -> Syllable:
    """Return one or two characters; now and then one that few fonts have."""
    pool = BOYS if gender == MALE else GIRLS
    shape = SHAPES.draw(rng, 1)[0]
    first = rng.choice(RARE) if "rare" in shape else pool.draw(rng, 1)[0]
    if "two" not in shape:
        return first
    second = pool.draw(rng, 1)[0]
    return first[0] + second[0], first[1] + second[1]


def father(rng: Random, of: Name, ethnic: str) -> str:
    """Return the name of a child's father."""
    if ethnic in PATRONYMIC:
        return joined((of.family, of.family_pinyin), rng.choice(PATRONYMIC[ethnic][0])).text
    if ethnic in SINGLE:
        return rng.choice(SINGLE[ethnic][0])[0]
    return of.family + FATHERS.draw(rng, 1)[0][0]


def mother(rng: Random, ethnic: str) -> str:
    """Return the name of a mother, who keeps her own family's."""
    if ethnic in PATRONYMIC:
        sons, daughters = PATRONYMIC[ethnic]
        return joined(rng.choice(daughters), rng.choice(sons)).text
    if ethnic in SINGLE:
        return rng.choice(SINGLE[ethnic][1])[0]
    return families(rng, 1, ethnic)[0][0] + MOTHERS.draw(rng, 1)[0][0]


def adult(rng: Random) -> tuple[str, str]:
    """Return surname and given name of somebody who works at a school or an office."""
    pool = FATHERS if rng.random() < 0.5 else MOTHERS
    return SURNAMES.draw(rng, 1)[0][0], pool.draw(rng, 1)[0][0]


def joined(own: Syllable, of_father: Syllable) -> Name:
    """Return own name · father's name."""
    return Name(
        f"{own[0]}{MIDDLE_DOT}{of_father[0]}",
        f"{own[1]} {of_father[1]}",
        of_father[0],
        of_father[1],
    )

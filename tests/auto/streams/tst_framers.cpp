// SPDX-License-Identifier: MIT
// Framers cut bytes into items, however the bytes arrive.
#include "testsupport.h"

#include <QtCore/QBuffer>

namespace {

struct Cut
{
    QByteArrayList items;
    std::optional<StreamError::Kind> error;
    qsizetype left = 0; // bytes of an unfinished item
};

// Does what a stream does, with \a step bytes arriving at once.
template <Framer F>
Cut cut(F framer, const QByteArray &bytes, qsizetype step)
{
    Cut cut;
    QByteArray buffer;
    qsizetype given = 0;
    bool atEnd = false;
    for (;;) {
        if (!buffer.isEmpty()) {
            Frame<QByteArray> frame = framer.next(buffer, atEnd);
            using Kind = Frame<QByteArray>::Kind;
            if (frame.kind() == Kind::Failed) {
                cut.error = frame.error().kind();
                return cut;
            }
            if (frame.kind() == Kind::Complete)
                cut.items << frame.item();
            buffer.remove(0, frame.size());
            if (frame.kind() != Kind::Incomplete)
                continue;
        }
        if (given < bytes.size()) {
            buffer += bytes.mid(given, step);
            given += step;
        } else if (!std::exchange(atEnd, true)) {
            continue;
        } else {
            cut.left = buffer.size();
            return cut;
        }
    }
}

// Bytes one by one, in small pieces, and all at once must give the same.
#define COMPARE_CUT(framer, bytes, expected) \
  for (const qsizetype step : {1, 2, 3, 7, 1000000}) { \
    const Cut result = cut(framer, bytes, step); \
    QCOMPARE(result.items, QByteArrayList(expected)); \
    QVERIFY(!result.error); \
    QCOMPARE(result.left, 0); \
  }
#define COMPARE_FAILED(framer, bytes, expected, kind) \
  for (const qsizetype step : {1, 2, 3, 7, 1000000}) { \
    const Cut result = cut(framer, bytes, step); \
    QCOMPARE(result.items, QByteArrayList(expected)); \
    QVERIFY(result.error == kind); \
  }
#define COMPARE_LEFT(framer, bytes, expected, count) \
  for (const qsizetype step : {1, 2, 3, 7, 1000000}) { \
    const Cut result = cut(framer, bytes, step); \
    QCOMPARE(result.items, QByteArrayList(expected)); \
    QVERIFY(!result.error); \
    QCOMPARE(result.left, qsizetype(count)); \
  }

using List = QByteArrayList;

// What users write: numbers in brackets, with anything between them; "!" is an error.
class BracketFramer
{
public:
    using Item = QByteArray;

    Frame<QByteArray> next(QByteArrayView bytes, bool atEnd)
    {
        ++calls;
        if (bytes.front() == '!')
            return Frame<QByteArray>::failed({StreamError::Malformed, QStringLiteral("a bang")});
        if (bytes.front() != '[')
            return Frame<QByteArray>::skipped(1);
        const qsizetype end = bytes.indexOf(']');
        if (end < 0)
            return atEnd ? Frame<QByteArray>::skipped(bytes.size()) : Frame<QByteArray>::incomplete();
        return Frame<QByteArray>::complete(bytes.sliced(1, end - 1).toByteArray(), end + 1);
    }
    int calls = 0;
};

// One that has state: each item ends where the one before it said.
class ChainFramer
{
public:
    using Item = QByteArray;

    Frame<QByteArray> next(QByteArrayView bytes, bool)
    {
        if (m_next == 0) { // keeps what it needs of the bytes that it skips
            m_next = bytes.front() - '0';
            return Frame<QByteArray>::skipped(1);
        }
        if (bytes.size() < m_next)
            return Frame<QByteArray>::incomplete();
        const qsizetype size = std::exchange(m_next, 0);
        return Frame<QByteArray>::complete(bytes.first(size).toByteArray(), size);
    }

private:
    qsizetype m_next = 0;
};

// An item type of its own.
class PairFramer
{
public:
    using Item = std::pair<char, char>;

    Frame<Item> next(QByteArrayView bytes, bool)
    {
        if (bytes.size() < 2)
            return Frame<Item>::incomplete();
        return Frame<Item>::complete({bytes[0], bytes[1]}, 2);
    }
};

class PairReader : public Service<PairReader>
{
public:
    explicit PairReader(std::vector<std::pair<char, char>> *pairs) : m_pairs(pairs) { }
    void started(ServiceContext<PairReader> &context)
    {
        auto *const buffer = new QBuffer(context.object());
        buffer->setData("abcd");
        buffer->open(QIODevice::ReadOnly);
        context.attachStream(buffer, PairFramer(), {.stopAtEnd = true});
    }
    void handleStream(std::pair<char, char> pair) { m_pairs->push_back(pair); }

private:
    std::vector<std::pair<char, char>> *m_pairs;
};

QByteArray number(quint64 value, int size, QSysInfo::Endian order)
{
    QByteArray bytes;
    for (int i = 0; i < size; ++i) {
        const char byte = char(value >> (8 * i));
        if (order == QSysInfo::BigEndian)
            bytes.prepend(byte);
        else
            bytes.append(byte);
    }
    return bytes;
}

} // namespace

class tst_Framers : public InterlinkTest
{
    Q_OBJECT

private Q_SLOTS:
    void lines();
    void theLastLineMayLackItsEnd();
    void aCarriageReturnBelongsToTheEndOnly();
    void aLineThatIsTooLong();
    void aLineOfExactlyTheLimit();
    void aLimitOfTheLargestNumber();
    void delimiters();
    void theLastItemMayLackItsDelimiter();
    void halfADelimiter();
    void anItemThatIsTooLong();
    void theLimitDoesNotCountTheDelimiter();
    void lengthPrefix_data();
    void lengthPrefix();
    void lengthPrefixOfALongItem();
    void lengthPrefixLimit_data();
    void lengthPrefixLimit();
    void lengthPrefixWithAnUnfinishedItem();
    void lengthPrefixOfTheLargestNumber();
    void framedRefusesWhatDoesNotFit();
    void fixedSize();
    void fixedSizeWithAnUnfinishedItem();
    void chunks();
    void aUsersFramerSkips();
    void aUsersFramerFails();
    void aUsersFramerSkipsAtTheEnd();
    void aUsersFramerRemembers();
    void aUsersFramerIsAskedNoMoreThanNeeded();
    void aUsersFramerHasItsOwnItems();
};

void tst_Framers::lines()
{
    COMPARE_CUT(LineFramer(), "a\nbc\r\n\n\r\nd e\n", (List{"a", "bc", "", "", "d e"}));
    COMPARE_CUT(LineFramer(), "", List());
    COMPARE_CUT(LineFramer(), "\n", List{""});
}

void tst_Framers::theLastLineMayLackItsEnd()
{
    COMPARE_CUT(LineFramer(), "a\nb", (List{"a", "b"}));
    COMPARE_CUT(LineFramer(), "a", List{"a"});
}

void tst_Framers::aCarriageReturnBelongsToTheEndOnly()
{
    COMPARE_CUT(LineFramer(), "a\rb\r\r\nc\r", (List{"a\rb\r", "c\r"}));
}

void tst_Framers::aLineThatIsTooLong()
{
    COMPARE_FAILED(LineFramer(3), "abc\nabcd\nx\n", List{"abc"}, StreamError::FrameTooLong);
    COMPARE_FAILED(LineFramer(3), "abcde", List(), StreamError::FrameTooLong); // before its end has come
    COMPARE_FAILED(LineFramer(3), "abcd", List(), StreamError::FrameTooLong); // at the end
}

void tst_Framers::aLineOfExactlyTheLimit()
{
    COMPARE_CUT(LineFramer(3), "abc\nabc\r\nabc", (List{"abc", "abc", "abc"}));
    COMPARE_CUT(LineFramer(0), "\n\r\n", (List{"", ""}));
}

void tst_Framers::aLimitOfTheLargestNumber()
{
    COMPARE_CUT(LineFramer(std::numeric_limits<qsizetype>::max()), "abc\n", List{"abc"});
}

void tst_Framers::delimiters()
{
    COMPARE_CUT(DelimiterFramer(";"), "a;;bc;", (List{"a", "", "bc"}));
    COMPARE_CUT(DelimiterFramer("--"), "a--b-c----d--", (List{"a", "b-c", "", "d"}));
    COMPARE_CUT(DelimiterFramer("aab"), "aaabxaab", (List{"a", "x"}));
    COMPARE_CUT(DelimiterFramer(QByteArray(1, '\0')), QByteArray("a\0b\0", 4), (List{"a", "b"}));
}

void tst_Framers::theLastItemMayLackItsDelimiter()
{
    COMPARE_CUT(DelimiterFramer("--"), "a--b", (List{"a", "b"}));
}

void tst_Framers::halfADelimiter()
{
    COMPARE_CUT(DelimiterFramer("--"), "a--b-", (List{"a", "b-"}));
    COMPARE_CUT(DelimiterFramer("<end>"), "x<en<end>y<e", (List{"x<en", "y<e"}));
}

void tst_Framers::anItemThatIsTooLong()
{
    COMPARE_FAILED(DelimiterFramer("--", 3), "abc--abcd--", List{"abc"}, StreamError::FrameTooLong);
    COMPARE_FAILED(DelimiterFramer("--", 3), "abcd", List(), StreamError::FrameTooLong);
    COMPARE_FAILED(DelimiterFramer("--", 3), "abcdefgh", List(), StreamError::FrameTooLong);
}

void tst_Framers::theLimitDoesNotCountTheDelimiter()
{
    COMPARE_CUT(DelimiterFramer("--", 3), "abc--abc", (List{"abc", "abc"}));
}

void tst_Framers::lengthPrefix_data()
{
    QTest::addColumn<int>("size");
    QTest::addColumn<bool>("big");
    for (const int size : {1, 2, 4, 8}) {
        for (const bool big : {true, false})
            QTest::addRow("%d bytes, %s", size, big ? "big" : "little") << size << big;
    }
}

void tst_Framers::lengthPrefix()
{
    QFETCH(const int, size);
    QFETCH(const bool, big);
    const auto order = big ? QSysInfo::BigEndian : QSysInfo::LittleEndian;
    const LengthPrefixFramer framer(LengthPrefixFramer::PrefixSize(size), order);
    const List items = {"a", "", "hello", QByteArray(200, 'x'), QByteArray("\0\1", 2)};
    QByteArray bytes;
    for (const QByteArray &item : items)
        bytes += number(quint64(item.size()), size, order) + item;
    COMPARE_CUT(framer, bytes, items);

    QByteArray framed;
    for (const QByteArray &item : items)
        framed += framer.framed(item);
    QCOMPARE(framed, bytes);
}

void tst_Framers::lengthPrefixOfALongItem()
{
    for (const auto order : {QSysInfo::BigEndian, QSysInfo::LittleEndian}) {
        const LengthPrefixFramer framer(LengthPrefixFramer::FourBytes, order);
        const QByteArray item(0x012345, 'x');
        const Cut result = cut(framer, number(0x012345, 4, order) + item, 4096);
        QCOMPARE(result.items, List{item});
    }
}

void tst_Framers::lengthPrefixLimit_data()
{
    lengthPrefix_data();
}

void tst_Framers::lengthPrefixLimit()
{
    QFETCH(const int, size);
    QFETCH(const bool, big);
    const auto order = big ? QSysInfo::BigEndian : QSysInfo::LittleEndian;
    const LengthPrefixFramer framer(LengthPrefixFramer::PrefixSize(size), order, 3);
    COMPARE_CUT(framer, number(3, size, order) + "abc", List{"abc"});
    // The length alone decides: nobody waits for the bytes.
    COMPARE_FAILED(framer, number(3, size, order) + "abc" + number(4, size, order), List{"abc"},
                   StreamError::FrameTooLong);
}

void tst_Framers::lengthPrefixWithAnUnfinishedItem()
{
    const LengthPrefixFramer framer;
    COMPARE_LEFT(framer, framer.framed("abc") + QByteArray("\0\0", 2), List{"abc"}, 2);
    COMPARE_LEFT(framer, framer.framed("abc") + framer.framed("abc").chopped(1), List{"abc"}, 6);
}

void tst_Framers::lengthPrefixOfTheLargestNumber()
{
    const LengthPrefixFramer framer(LengthPrefixFramer::EightBytes, QSysInfo::BigEndian,
                                    std::numeric_limits<qsizetype>::max());
    COMPARE_FAILED(framer, QByteArray(8, '\xff') + "abc", List(), StreamError::FrameTooLong);
    // As large as allowed, and so never complete; the sum of both must not overflow.
    COMPARE_LEFT(framer, number(quint64(std::numeric_limits<qsizetype>::max()), 8, QSysInfo::BigEndian) + "abc", List(),
                 11);
}

void tst_Framers::framedRefusesWhatDoesNotFit()
{
    const LengthPrefixFramer small(LengthPrefixFramer::OneByte);
    QCOMPARE(small.framed(QByteArray(255, 'x')).size(), 256);
    QVERIFY(small.framed(QByteArray(256, 'x')).isEmpty());
    const LengthPrefixFramer limited(LengthPrefixFramer::FourBytes, QSysInfo::BigEndian, 3);
    QVERIFY(limited.framed("abcd").isEmpty());
    QCOMPARE(limited.framed("").size(), 4);
}

void tst_Framers::fixedSize()
{
    COMPARE_CUT(FixedSizeFramer(3), "abcdefghi", (List{"abc", "def", "ghi"}));
    COMPARE_CUT(FixedSizeFramer(1), "ab", (List{"a", "b"}));
}

void tst_Framers::fixedSizeWithAnUnfinishedItem()
{
    COMPARE_LEFT(FixedSizeFramer(3), "abcde", List{"abc"}, 2);
}

void tst_Framers::chunks()
{
    QCOMPARE(cut(ChunkFramer(), "abcde", 2).items, (List{"ab", "cd", "e"}));
    QCOMPARE(cut(ChunkFramer(), "abcde", 100).items, List{"abcde"});
    QVERIFY(ChunkFramer().next({}, true).kind() == Frame<QByteArray>::Kind::Incomplete);
}

void tst_Framers::aUsersFramerSkips()
{
    COMPARE_CUT(BracketFramer(), "..[1]..[22][]..", (List{"1", "22", ""}));
}

void tst_Framers::aUsersFramerFails()
{
    COMPARE_FAILED(BracketFramer(), "[1].![2]", List{"1"}, StreamError::Malformed);
}

void tst_Framers::aUsersFramerSkipsAtTheEnd()
{
    COMPARE_CUT(BracketFramer(), "[1][2", List{"1"});
}

void tst_Framers::aUsersFramerRemembers()
{
    COMPARE_CUT(ChainFramer(), "3abc1d2ef", (List{"abc", "d", "ef"}));
}

void tst_Framers::aUsersFramerIsAskedNoMoreThanNeeded()
{
    BracketFramer framer;
    QVERIFY(framer.next("[1", false).kind() == Frame<QByteArray>::Kind::Incomplete);
    Frame<QByteArray> frame = framer.next("[1][", false);
    QCOMPARE(frame.size(), 3);
    QCOMPARE(frame.item(), "1");
    QCOMPARE(framer.calls, 2);
}

void tst_Framers::aUsersFramerHasItsOwnItems()
{
    std::vector<std::pair<char, char>> pairs;
    value(PairReader::start(&pairs).stopped());
    QVERIFY(pairs == (std::vector<std::pair<char, char>>{{'a', 'b'}, {'c', 'd'}}));
}

QTEST_GUILESS_MAIN(tst_Framers)
#include "tst_framers.moc"

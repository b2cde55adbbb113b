// SPDX-License-Identifier: MIT
// From JS to C++ and back: what fits arrives, what doesn't is refused in words that say what and where.
#include "script.h"

using namespace TestServices;

class tst_QmlConversion : public InterlinkTest
{
    Q_OBJECT

private Q_SLOTS:
    void whatFitsComesBackTheSame_data();
    void whatFitsComesBackTheSame();
    void whatQmlCannotShowArrivesToo();
    void whatDoesNotFitIsNamed_data();
    void whatDoesNotFitIsNamed();
    void wrongCallsAreNamed_data();
    void wrongCallsAreNamed();
    void aMessageIsTakenAsItIs();
    void valuesOfAnotherEngineAreRefused();
    void severalEnginesShareALink();
    void aPlainEngineWillDo();
    void linksAreEqualIfTheirServiceIs();
};

// Sends Everything with the property, and shows what comes back.
void tst_QmlConversion::whatFitsComesBackTheSame_data()
{
    QTest::addColumn<QString>("property");
    QTest::addColumn<QString>("value");
    QTest::addColumn<QString>("shown");
    const auto row = [](const char *property, const char *value, const char *shown) {
        QTest::addRow("%s: %s", property, value)
                << QString::fromLatin1(property) << QString::fromLatin1(value) << QString::fromLatin1(shown);
    };
    row("flag", "true", "true");
    row("small", "65535", "65535");
    row("large", "-9007199254740991", "-9007199254740991");
    row("huge", "4294967296", "4294967296");
    row("real", "NaN", "NaN");
    row("real", "-1e300", "-1e+300");
    row("single", "0.5", "0.5");
    row("text", "'\\u00e4\\ud83d\\ude00'", "\xe4\xf0");
    row("texts", "['a', 'b']", "a,b");
    row("texts", "[]", "");
    row("point", "({ x: 1, y: 2 })", "1/2");
    row("point", "({})", "0/0");
    row("points", "[{ x: 1 }, { y: 2 }]", "1/0,0/2");
    row("numbers", "[1, -2, 3]", "1,-2,3");
    row("any", "null", "undefined");
    row("any", "7", "7");
    row("any", "'x'", "x");
    row("any", "({ a: [1, { b: 2 }] })", "a=[1,b=2]");
    row("list", "[1, 'a', null, [2]]", "1,a,,2");
    row("map", "({ a: 1, 'b c': [2] })", "a=1,b c=[2]");
    row("color", "'Green'", "5");
    row("color", "6", "6");
    row("options", "'Bold|Italic'", "3");
    row("options", "2", "2");
    row("when", "new Date(1234)", "1234");
    row("where", "'https://example.org/a'", "https://example.org/a");
    row("bytes", "new ArrayBuffer(3)", "bytes 3");
}

void tst_QmlConversion::whatFitsComesBackTheSame()
{
    QFETCH(QString, property);
    QFETCH(QString, value);
    QFETCH(QString, shown);
    if (property == QStringLiteral("text"))
        shown = QStringLiteral("\u00e4\U0001f600");
    Script script;
    const QString show = QStringLiteral(R"(
        function show(value) {
            if (value === null || value === undefined || typeof value !== 'object')
                return String(value);
            if (value instanceof Date)
                return String(value.getTime());
            if (value instanceof ArrayBuffer)
                return 'bytes ' + value.byteLength;
            if (value.handle !== undefined || Object.keys(value).length === 0 && value.length === undefined)
                return value.toString();
            if (value.x !== undefined)
                return value.x + '/' + value.y;
            if (value.length !== undefined)
                return Array.from(value).map(show).map(s => s === 'undefined' || s === 'null' ? '' : s).join(',');
            return Object.keys(value).map(key => key + '=' + inBrackets(value[key])).join(',');
        }
        function inBrackets(value) { // lists in a gadget are Qt's to show: as arrays or as what behaves like one
            return typeof value === 'object' && value?.length !== undefined ? '[' + show(value) + ']' : show(value);
        }
    )");
    QVERIFY2(!script.run(show).isError(), "the test itself");
    const QString call =
            QStringLiteral("link.everything({ %1: %2 }).then(v => script.done(show(v.%1))).catch(e => script.done(e))");
    QCOMPARE(script.evaluate(call.arg(property, value)), shown);
}

void tst_QmlConversion::whatQmlCannotShowArrivesToo()
{
    Script script;
    QCOMPARE(script.evaluate(QStringLiteral("link.everything({ tiny: -128, counts: { a: 1, b: 2 }, link: link })"
                                            ".then(() => script.done('done'), e => script.done(e))")),
             QStringLiteral("done"));
    const Everything last = value(script.counter.exec([](Counter &counter) { return counter.last; }));
    QCOMPARE(last.tiny, -128);
    QCOMPARE(last.counts, (QMap<QString, int>{{QStringLiteral("a"), 1}, {QStringLiteral("b"), 2}}));
    QVERIFY(last.link == script.link);
    value(script.counter.exec([](Counter &counter) { counter.last = {}; })); // or the service would hold itself
}

void tst_QmlConversion::whatDoesNotFitIsNamed_data()
{
    QTest::addColumn<QString>("value");
    QTest::addColumn<QString>("words");
    const auto row = [](const char *value, const char *words) {
        QTest::newRow(value) << QString::fromLatin1(value) << QString::fromLatin1(words);
    };
    row("{ flag: 1 }", "Everything.flag: expected bool, got number 1");
    row("{ tiny: 128 }", "Everything.tiny: expected signed char, got number 128");
    row("{ small: -1 }", "Everything.small: expected ushort, got number -1");
    row("{ small: 1.5 }", "Everything.small: expected ushort, got number 1.5");
    row("{ small: NaN }", "Everything.small: expected ushort, got number NaN");
    row("{ large: 9223372036854775808 }", "Everything.large: expected qlonglong, got number 9223372036854776000");
    row("{ large: Infinity }", "Everything.large: expected qlonglong, got number Infinity");
    row("{ huge: -0.5 }", "Everything.huge: expected qulonglong, got number -0.5");
    row("{ real: '1' }", "Everything.real: expected double, got string \"1\"");
    row("{ single: 1e300 }", "Everything.single: expected float, got number 1e+300");
    row("{ text: 1 }", "Everything.text: expected string, got number 1");
    row("{ text: null }", "Everything.text: expected string, got null");
    row("{ text: undefined }", "Everything.text: expected string, got undefined");
    row("{ text: Symbol('s') }", "Everything.text: expected string, got a symbol");
    row("{ texts: 'a' }", "Everything.texts: expected QStringList, got string \"a\"");
    row("{ texts: ['a', 1] }", "Everything.texts[1]: expected string, got number 1");
    row("{ point: [1, 2] }", "Everything.point: expected Point, got an array");
    row("{ point: { z: 1 } }", "Everything.point: has no property \"z\"; it has x, y");
    row("{ points: [{ x: 1 }, { x: '1' }] }", "Everything.points[1].x: expected int, got string \"1\"");
    row("{ counts: { a: 1, b: 'c' } }", "Everything.counts.b: expected int, got string \"c\"");
    row("{ counts: [1] }", "Everything.counts: expected QMap<QString,int>, got an array");
    row("{ any: () => 1 }", "Everything.any: expected plain data, got a function");
    row("{ any: [Symbol()] }", "Everything.any[0]: expected plain data, got a symbol");
    row("{ any: script }", "Everything.any: expected plain data, got a QObject");
    row("{ any: new Error('x') }", "Everything.any: expected plain data, got an Error");
    row("{ any: circle }", "Everything.any.self: refers to what it is within");
    row("{ list: ring }", "Everything.list[0][0]: refers to what it is within");
    row("{ any: deep }", "nested too deeply");
    row("{ map: [1] }", "Everything.map: expected QVariantMap, got an array");
    row("{ color: 'Yellow' }", "Everything.color: expected Color (Red, Green, Blue), got string \"Yellow\"");
    row("{ color: 1 }", "Everything.color: expected Color (Red, Green, Blue), got number 1");
    row("{ options: 'Bold|Thin' }", "Everything.options: expected Options (Bold, Italic), got string \"Bold|Thin\"");
    row("{ options: 4 }", "Everything.options: expected Options (Bold, Italic), got number 4");
    row("{ when: 'today' }", "Everything.when: expected QDateTime, got string \"today\"");
    row("{ when: new Date(NaN) }", "Everything.when: expected QDateTime, got an invalid Date");
    row("{ where: 1 }", "Everything.where: expected QUrl, got number 1");
    row("{ bytes: 'x' }", "Everything.bytes: expected ArrayBuffer, got string \"x\"");
    row("{ link: 1 }", "Everything.link: expected a link, got number 1");
    row("{ link: { handle: 1 } }", "Everything.link: expected a link, got an object");
    row("{ flags: true }", "Everything: has no property \"flags\"; it has flag, tiny, small");
    row("{ text: 5, get real() { throw new Error('from a getter') } }", "Everything.");
}

void tst_QmlConversion::whatDoesNotFitIsNamed()
{
    QFETCH(QString, value);
    QFETCH(QString, words);
    Script script;
    script.run(QStringLiteral("var circle = { a: 1 }; circle.self = circle; var ring = [[]]; ring[0].push(ring);"
                              "var deep = []; for (let i = 0; i < 1000; ++i) deep = [deep];"));
    const QString call = QStringLiteral("link.everything(%1).then(v => script.done(v), e => script.done(e instanceof "
                                        "TypeError && e.name === 'TypeError' ? e.message : 'not a TypeError: ' + e))");
    const QString said = script.evaluate(call.arg(value));
    QVERIFY2(said.contains(words), qPrintable(said));
}

void tst_QmlConversion::wrongCallsAreNamed_data()
{
    QTest::addColumn<QString>("call");
    QTest::addColumn<QString>("words");
    const auto row = [](const char *call, const char *words) {
        QTest::newRow(call) << QString::fromLatin1(call) << QString::fromLatin1(words);
    };
    row("send('Nothing')", "Link(TestServices::Counter): has no message \"Nothing\"; it has Add, Reset, Fail");
    row("send()", "Link(TestServices::Counter): expected the name of a message, got undefined");
    row("send(Symbol())", "Link(TestServices::Counter): expected the name of a message, got a symbol");
    row("send({})", "Link(TestServices::Counter): expected the name of a message, got an object");
    row("add(1, 'a', 2)", "Add: takes 2 arguments (amount, note), got 3");
    row("add(1, 2)", "Add.note: expected string, got number 2");
    row("add(undefined)", "Add.amount: expected int, got undefined");
    row("reset(1)", "Reset: takes no arguments, got 1");
    row("reset({ a: 1 })", "Reset: has no properties, got \"a\"");
    row("qString()", "");
    row("qString(1)", "QString: expected string, got number 1");
    row("qString('a', 'b')", "QString: takes 1 argument, got 2");
}

void tst_QmlConversion::wrongCallsAreNamed()
{
    QFETCH(QString, call);
    QFETCH(QString, words);
    Script script;
    const QString said = script.evaluate(
            QStringLiteral("link.%1.then(() => script.done(''), e => script.done(e.message))").arg(call));
    QVERIFY2(words.isEmpty() ? said.isEmpty() : said.startsWith(words), qPrintable(said));
}

void tst_QmlConversion::aMessageIsTakenAsItIs()
{
    Script script;
    Add message;
    message.amount = 7;
    script.engine.globalObject().setProperty(QStringLiteral("message"), script.engine.toScriptValue(message));
    QCOMPARE(script.evaluate(QStringLiteral("link.send('Add', message).then(v => script.done(v))")),
             QStringLiteral("7"));
    QCOMPARE(script.evaluate(QStringLiteral("link.everything({ point: message }).catch(e => script.done(e.message))")),
             QStringLiteral("Everything.point: expected Point, got a Add"));
}

void tst_QmlConversion::valuesOfAnotherEngineAreRefused()
{
    Script script;
    QJSEngine other;
    QJSValue foreign = other.newObject();
    foreign.setProperty(QStringLiteral("amount"), 1);
    const QJSValue add = script.run(QStringLiteral("link.add"));
    QTest::ignoreMessage(QtWarningMsg, QRegularExpression(QStringLiteral("different engine")));
    const QJSValue promise = add.call({foreign});
    QVERIFY(promise.isUndefined() || promise.isError() || promise.isObject());
    QCOMPARE(script.evaluate(QStringLiteral("link.add(1).then(v => script.done(v))")), QStringLiteral("1"));
}

void tst_QmlConversion::severalEnginesShareALink()
{
    Script script;
    QQmlEngine second;
    second.globalObject().setProperty(QStringLiteral("link"), script.link.toScriptValue(&second));
    second.globalObject().setProperty(QStringLiteral("result"), 0);
    QCOMPARE(script.evaluate(QStringLiteral("link.add(1).then(v => script.done(v))")), QStringLiteral("1"));
    second.evaluate(QStringLiteral("link.add(2).then(v => { result = v })"));
    QTRY_COMPARE_WITH_TIMEOUT(second.globalObject().property(QStringLiteral("result")).toInt(), 3, 60000);
    QVERIFY(QmlLink::fromScriptValue(second.globalObject().property(QStringLiteral("link"))) == script.link);
}

void tst_QmlConversion::aPlainEngineWillDo()
{
    const auto counter = Counter::start();
    {
        QJSEngine engine;
        engine.globalObject().setProperty(QStringLiteral("link"), exported(counter).toScriptValue(&engine));
        engine.evaluate(QStringLiteral("var result = 0; link.add(2).then(v => { result = v })"));
        QTRY_COMPARE_WITH_TIMEOUT(engine.evaluate(QStringLiteral("result")).toInt(), 2, 60000);
    }
    stopAndWait(counter);
}

void tst_QmlConversion::linksAreEqualIfTheirServiceIs()
{
    Script script;
    QVERIFY(script.link == exported(script.counter));
    QVERIFY(script.link != QmlLink());
    QVERIFY(QmlLink() == QmlLink());
    QVERIFY(!QmlLink::fromScriptValue(QJSValue(3)));
    QVERIFY(QmlLink().toScriptValue(&script.engine).isNull());
    QVERIFY(QmlLink::fromScriptValue(script.link.toScriptValue(&script.engine)) == script.link);
}

QTEST_GUILESS_MAIN(tst_QmlConversion)
#include "tst_qmlconversion.moc"

// SPDX-License-Identifier: MIT
// Asking from JS: real promises, errors with names, and a word in the log if nobody takes a failure.
#include "script.h"

using namespace TestServices;

class tst_QmlPromises : public InterlinkTest
{
    Q_OBJECT

private Q_SLOTS:
    void aRequestGivesARealPromise();
    void responsesOfAllKindsArrive_data();
    void responsesOfAllKindsArrive();
    void failuresAreErrorsWithNames_data();
    void failuresAreErrorsWithNames();
};

void tst_QmlPromises::aRequestGivesARealPromise()
{
    Script script;
    QCOMPARE(script.evaluate(QStringLiteral("script.done(link.send('Add', { amount: 3 }) instanceof Promise)")),
             QStringLiteral("true"));
    QCOMPARE(script.evaluate(QStringLiteral("link.send('Add', { amount: 3 }).then(v => script.done(v))")),
             QStringLiteral("6"));
}

void tst_QmlPromises::responsesOfAllKindsArrive_data()
{
    QTest::addColumn<QString>("call");
    QTest::addColumn<QString>("result");
    const auto row = [](const char *name, const char *call, const char *result) {
        QTest::newRow(name) << QString::fromLatin1(call) << QString::fromLatin1(result);
    };
    row("by name", "link.add({ amount: 3 }).then(v => script.done(v))", "3");
    row("by position", "link.add(3, 'x').then(v => script.done(v))", "3");
    row("void", "link.reset().then(v => script.done(v))", "undefined");
    row("plain value", "link.qString('abc').then(() => link.add(0)).then(v => script.done(v))", "3");
    row("list", "link.points(3).then(v => script.done(v.length + ':' + v[2].y + Array.isArray(v)))", "3:-2true");
    row("map", "link.histogram().then(v => script.done(v.a.y))", "2");
    row("link", "link.itself().then(l => l.add(5)).then(v => script.done(v))", "5");
    row("gadget", "link.everything({ point: { x: 3 } }).then(v => script.done(v.point.x))", "3");
    row("list in gadget", "link.everything({ points: [{ x: 3 }] }).then(v => script.done(v.points[0].x))", "3");
    row("all", "Promise.all([link.add(1), link.add(2)]).then(v => script.done(v))", "1,3");
    row("allFails", "Promise.all([link.add(1), link.fail('x')]).then(v => script.done(v), e => script.done(e))",
        "Error: x");
    row("race", "Promise.race([link.add(1), link.wait(2)]).then(v => script.done(v))", "1");
    row("resolve", "Promise.resolve(link.add(1)).then(v => script.done(v))", "1");
    row("finally", "link.add(1).finally(() => script.done('at last'))", "at last");
    row("catch", "link.add('x').catch(e => script.done(e))", "TypeError: Add.amount: expected int, got string \"x\"");
}

void tst_QmlPromises::responsesOfAllKindsArrive()
{
    QFETCH(QString, call);
    QFETCH(QString, result);
    Script script;
    Warnings warnings;
    QCOMPARE(script.evaluate(call), result);
    QTest::qWait(1);
    QCOMPARE(warnings.texts(), QStringList());
}

void tst_QmlPromises::failuresAreErrorsWithNames_data()
{
    QTest::addColumn<QString>("call");
    QTest::addColumn<QString>("result");
    const auto row = [](const char *name, const char *call, const char *result) {
        QTest::newRow(name) << QString::fromLatin1(call) << QString::fromLatin1(result);
    };
    row("exception", "link.fail('words').catch(e => script.done(e))", "Error: words");
    row("stopped", "link.work(1000000).catch(e => script.done(e)); script.stop()",
        "LinkError.NoResponse: The service gave no response");
    row("closed", "script.stopAndWait(); link.add(1).catch(e => script.done(e))",
        "LinkError.Closed: The service takes no messages any more");
    row("isAnError", "link.fail('x').catch(e => script.done(e instanceof Error))", "true");
    row("knowsItsCaller", "link.fail('x').catch(e => script.done(e.stack.includes('test.js')))", "true");
    row("thrownLater", "link.add(1).then(() => { throw new RangeError('mine') }).catch(e => script.done(e))",
        "RangeError: mine");
}

void tst_QmlPromises::failuresAreErrorsWithNames()
{
    QFETCH(QString, call);
    QFETCH(QString, result);
    Script script;
    QCOMPARE(script.evaluate(call), result);
}

QTEST_GUILESS_MAIN(tst_QmlPromises)
#include "tst_qmlpromises.moc"

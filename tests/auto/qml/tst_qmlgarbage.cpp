// SPDX-License-Identifier: MIT
// A hundred thousand calls made of whatever JS has: each ends in a value or in one clear error.
#include "script.h"

using namespace TestServices;

class tst_QmlGarbage : public InterlinkTest
{
    Q_OBJECT

private Q_SLOTS:
    void everyCallEndsInAValueOrAnError();
    void anotherEnginesValuesToo();
};

// Makes calls from a seed: values of all kinds, wrong names, wrong arity, objects that throw or never end.
static const char generator[] = R"(
    (function (link, other, seed) {
        let state = seed;
        function random(n) { // a xorshift generator
            state ^= state << 13; state ^= state >>> 17; state ^= state << 5;
            return (state >>> 0) % n;
        }
        const circle = { amount: 1 };
        circle.amount = circle; circle.any = circle;
        const ring = []; ring.push(ring, ring);
        let deep = {};
        for (let i = 0; i < 500; ++i)
            deep = { any: deep, list: [deep], map: deep };
        const huge = 'x'.repeat(1 << 20);
        const revoked = new Proxy({}, { get() { throw new Error('trap'); }, ownKeys() { throw new Error('trap'); } });
        const sparse = []; sparse[100] = 1;
        const named = ['amount', 'note', 'text', 'x', 'y', 'any', 'list', 'map', 'point', 'points', 'numbers', 'color',
                       'options', 'counts', 'texts', 'bytes', 'when', 'where', 'link', 'handle', '__proto__', '', 'length',
                       'constructor', 'toString', 'no such property', '\u0000', 'constructor'];
        const leaves = [
            () => undefined, () => null, () => NaN, () => Infinity, () => -0, () => 1e308, () => 2 ** 53, () => -1,
            () => random(1000), () => 0.1, () => true, () => '', () => 'Red', () => huge, () => '\ud800', () => 'Bold|',
            () => Symbol('s'), () => Symbol.iterator, () => function () { }, () => () => { throw 1; }, () => class { },
            () => circle, () => ring, () => deep, () => revoked, () => sparse, () => /x/, () => new Date(), () => new Date(NaN),
            () => new Error('e'), () => new ArrayBuffer(8), () => new Uint8Array(4), () => new Map([[1, 2]]), () => new Set([1]),
            () => new WeakMap(), () => Promise.resolve(1), () => Object.create(null), () => link, () => link.add, () => other,
            () => ({ get amount() { throw new Error('getter'); } }), () => ({ valueOf() { throw new Error('valueOf'); } }),
            () => ({ toString() { throw new Error('toString'); } }), () => Object.freeze({ amount: 1 }), () => Math, () => JSON,
            () => new Proxy([], {}), () => new Proxy({ amount: 1 }, {}), () => arguments, () => ({ length: 1 << 30 }),
            () => ({ length: -1, 0: 1 }), () => new String('x'), () => new Number(1), () => new Boolean(false),
            () => ({ handle: 1 }), () => ({ handle: link.handle }), () => link.handle, () => ({ then() { throw 1; } })
        ];
        function value(depth) {
            const kind = random(depth > 2 ? 1 : 4);
            if (kind === 0 || kind === 3)
                return leaves[random(leaves.length)]();
            if (kind === 1)
                return Array.from({ length: random(4) }, () => value(depth + 1));
            const object = {};
            for (let i = random(4); i > 0; --i) {
                const name = named[random(named.length)], one = value(depth + 1);
                try {
                    object[name] = one; // a prototype that it was given may not let it
                } catch (error) { }
            }
            return object;
        }
        const messages = link.messages.filter(name => name !== 'Wait' && name !== 'Flood' && name !== 'Work' && name !== 'Points'
            && name !== 'Fail'); // whose error has the text it was given
        const counts = { values: 0, errors: 0, strange: '' };
        function take(error) {
            if (error instanceof Error && typeof error.message === 'string' && error.message.length > 0
                && error.message.length < 2000)
                ++counts.errors;
            else
                counts.strange = 'strange: ' + typeof error + ' ' + String(error).slice(0, 200);
        }
        function call() {
            const args = Array.from({ length: random(4) }, () => value(0));
            const name = random(8) === 0 ? value(0) : messages[random(messages.length)];
            try {
                if (random(4) === 0) {
                    link.doSend(name, ...args);
                    ++counts.values;
                    return;
                }
                const promise = link.send(name, ...args);
                promise.then(() => ++counts.values, take);
            } catch (error) {
                take(error);
            }
        }
        return [n => { for (let i = 0; i < n; ++i) call(); }, () => counts];
    })
)";

static int callCount()
{
    return 100000;
}

void tst_QmlGarbage::everyCallEndsInAValueOrAnError()
{
    Script script;
    Warnings warnings;
    const QJSValue make = script.run(QString::fromLatin1(generator));
    QVERIFY2(!make.isError(), qPrintable(make.toString()));
    const QJSValue functions = make.call({script.engine.globalObject().property(QStringLiteral("link")),
                                          script.engine.globalObject().property(QStringLiteral("script")), 4711});
    QVERIFY2(!functions.isError(), qPrintable(functions.toString()));
    const auto count = [&functions](const char *which) {
        return functions.property(1).call().property(QString::fromLatin1(which));
    };
    for (int done = 0; done < callCount(); done += 1000) {
        const QJSValue result = functions.property(0).call({1000});
        QVERIFY2(!result.isError(),
                 qPrintable(result.toString() + u' ' + result.property(QStringLiteral("stack")).toString()));
        const auto isSettled = [&] { return count("values").toInt() + count("errors").toInt() == done + 1000; };
        TRY_VERIFY(isSettled() || !count("strange").toString().isEmpty());
        QCOMPARE(count("strange").toString(), QString());
    }
    qInfo("%d values, %d errors", count("values").toInt(), count("errors").toInt());
    QVERIFY(count("values").toInt() > 0);
    QCOMPARE(warnings.texts(), QStringList());
}

void tst_QmlGarbage::anotherEnginesValuesToo()
{
    Script script;
    QJSEngine other;
    const QJSValueList values = {other.newObject(), other.newArray(3), other.evaluate(QStringLiteral("() => 1")),
                                 other.newErrorObject(QJSValue::TypeError),
                                 other.evaluate(QStringLiteral("new Date()"))};
    for (const QJSValue &value : values) {
        QTest::ignoreMessage(QtWarningMsg, QRegularExpression(QStringLiteral("engine")));
        script.run(QStringLiteral("(value => link.send('Everything', { any: value }).catch(() => 1))")).call({value});
        QJSValue args = script.engine.newObject();
        QTest::ignoreMessage(QtWarningMsg, QRegularExpression(QStringLiteral("engine")));
        args.setProperty(QStringLiteral("any"), value);
        script.run(QStringLiteral("(value => link.send('Everything', value).catch(() => 1))")).call({args});
    }
    QCOMPARE(script.evaluate(QStringLiteral("link.add(1).then(v => script.done(v))")), QStringLiteral("1"));
}

QTEST_GUILESS_MAIN(tst_QmlGarbage)
#include "tst_qmlgarbage.moc"

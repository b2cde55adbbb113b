#!/usr/bin/env python3
# SPDX-License-Identifier: MIT
"""Measures how long it takes to compile a program that uses the module, and prints a table.

    compiletime.py --build build/dev [--rounds 9] [--compilers g++,clang++-14]
                   [--levels O0,O2] [--only program,plain-qt] [--keep FOLDER]
    compiletime.py --flags "-I... -isystem ..." ...

BUILD is a build tree made by Ninja, or one with a compile_commands.json; the folders of
headers are taken from it. The files are compiled to objects, in turn, and the CPU time
of each compiler (user and system) is taken as the median of the rounds.

    plain-qt    a worker object in a thread that answers with QFuture, and a coroutine
                that awaits it: includes the headers of QtCore that this takes
    program     the same with a Link, a Service and a coroutine of the module
    qtcore      #include <QtCore> and an empty main()
    qt-headers, service-header, all-headers
                nothing but the headers of plain-qt, of program, and of the whole module
    messages-1, messages-50
                a service with that many messages, each of which is handled and sent; the
                difference is divided by 49 and called "a message"

Ratios are to plain-qt.
"""
import argparse, json, os, re, shlex, shutil, statistics, subprocess, sys, tempfile

QT_HEADERS = """\
#include <QtCore/QCoreApplication>
#include <QtCore/QDebug>
#include <QtCore/QFuture>
#include <QtCore/QObject>
#include <QtCore/QPromise>
#include <QtCore/QString>
#include <QtCore/QThread>

#include <chrono>
#include <coroutine>
"""

PLAIN_QT = QT_HEADERS + """
using namespace std::chrono_literals;

class Worker : public QObject {
public:
    QString work(const QString &value) { return value.toUpper(); }
};

class Controller : public QObject {
public:
    Controller()
    {
        m_worker->moveToThread(&m_thread);
        connect(&m_thread, &QThread::finished, m_worker, &QObject::deleteLater);
        m_thread.start();
    }
    ~Controller() override
    {
        m_thread.quit();
        m_thread.wait();
    }
    QFuture<QString> ask(QString value)
    {
        QPromise<QString> promise;
        promise.start();
        QFuture<QString> future = promise.future();
        QMetaObject::invokeMethod(m_worker, [worker = m_worker, value = std::move(value), promise = std::move(promise)]() mutable {
            promise.addResult(worker->work(value));
            promise.finish();
        });
        return future;
    }

private:
    QThread m_thread;
    Worker *m_worker = new Worker;
};

struct Coroutine {
    struct promise_type {
        QPromise<QString> promise;
        QFuture<QString> get_return_object() { promise.start(); return promise.future(); }
        std::suspend_never initial_suspend() noexcept { return {}; }
        std::suspend_never final_suspend() noexcept { promise.finish(); return {}; }
        void return_value(QString value) { promise.addResult(std::move(value)); }
        void unhandled_exception() { promise.setException(std::current_exception()); }
    };
};
template <>
struct std::coroutine_traits<QFuture<QString>, Controller &, QString> : Coroutine {};

struct Awaiter {
    QFuture<QString> future;
    bool await_ready() const { return future.isFinished(); }
    void await_suspend(std::coroutine_handle<> handle)
    {
        future.then(qApp, [handle](const QFuture<QString> &) { handle.resume(); });
    }
    QString await_resume() { return future.result(); }
};

QFuture<QString> twice(Controller &controller, QString value)
{
    const QString first = co_await Awaiter{controller.ask(value)};
    QThread::sleep(1);
    co_return first + co_await Awaiter{controller.ask(value)};
}

int main(int argc, char *argv[])
{
    QCoreApplication app(argc, argv);
    Controller controller;
    twice(controller, QStringLiteral("text"))
        .then(&app, [](const QString &text) { qInfo() << text; })
        .onFailed(&app, [](const QException &error) { qWarning() << error.what(); })
        .then(&app, [] { QCoreApplication::quit(); });
    return app.exec();
}
"""

PROGRAM = """\
#include <QtInterlink/Service>

#include <QtCore/QCoreApplication>
#include <QtCore/QDebug>

using namespace QtInterlink;
using namespace std::chrono_literals;

struct Text { using Response = QString; QString value; };
struct Twice { using Response = QString; QString value; };

class Worker : public Service<Worker> {
public:
    QString handle(Text text) { return text.value.toUpper(); }
};

class Controller : public Service<Controller> {
public:
    Task<QString> handle(Twice twice, ServiceContext<Controller> &context)
    {
        const QString first = co_await m_worker.send<Text>(twice.value);
        co_await context.sleep(1s);
        co_return first + co_await m_worker.send<Text>(twice.value);
    }

private:
    Link<Worker> m_worker = Worker::start();
};

int main(int argc, char *argv[])
{
    QCoreApplication app(argc, argv);
    Link<Controller> controller = Controller::start();
    controller.send(Twice{QStringLiteral("text")})
        .then(&app, [](QString text) { qInfo() << text; })
        .onFailed(&app, [](LinkError error) { qWarning() << int(error); })
        .then(&app, [] { QCoreApplication::quit(); });
    return app.exec();
}
"""

NOTHING = "\nint main()\n{\n}\n"
BASE, FEW, MANY = "plain-qt", "messages-1", "messages-50"


def messages(count):
    """A service with so many messages, every other one with a response."""
    text = "#include <QtInterlink/Service>\n\nusing namespace QtInterlink;\n\n"
    for i in range(count):
        text += f"struct Message{i} {{ " + ("using Response = QString; " if i % 2 else "using Response = int; ")
        text += "int number; QString text; };\n"
    text += "\nclass Receiver : public Service<Receiver> {\npublic:\n"
    for i in range(count):
        result, value = ("QString", "message.text") if i % 2 else ("int", "message.number")
        text += f"    {result} handle(Message{i} message) {{ return {value}; }}\n"
    text += "};\n\nvoid sendAll(const Link<Receiver> &link)\n{\n"
    for i in range(count):
        text += f'    link.send(Message{i}{{{i}, QString()}});\n'
    return text + "}\n\nvoid startOne()\n{\n    sendAll(Receiver::start());\n}\n"


FILES = {
    BASE: PLAIN_QT,
    "program": PROGRAM,
    "qtcore": "#include <QtCore>\n" + NOTHING,
    "qt-headers": QT_HEADERS + NOTHING,
    "service-header": "#include <QtInterlink/Service>\n" + NOTHING,
    "all-headers": "#include <QtInterlink/QtInterlink>\n" + NOTHING,
    FEW: messages(1),
    MANY: messages(50),
}


def flags_of(build):
    """The options for folders of headers, from the build tree's compiler command for some source of the module."""
    known = os.path.join(build, "compile_commands.json")
    if os.path.exists(known):
        with open(known) as f:
            commands = json.load(f)
    else:
        commands = json.loads(subprocess.run(["ninja", "-C", build, "-t", "compdb"], check=True,
                                             capture_output=True, text=True).stdout)
    for entry in commands:
        if entry["file"].endswith("/src/messaging/task.cpp"):
            words = shlex.split(entry["command"])
            flags = []
            for word, after in zip(words, words[1:]):
                if re.match("-I.|-isystem.", word):
                    flags.append(word)
                elif word in ("-I", "-isystem"):
                    flags += [word, after]
            return flags
    raise ValueError("it compiles no src/messaging/task.cpp")


def cpu_ms(command):
    """Runs a compiler to its end."""
    process = subprocess.Popen(command, stderr=subprocess.PIPE, text=True)
    said = process.stderr.read()
    _, status, used = os.wait4(process.pid, 0)
    process.returncode = os.waitstatus_to_exitcode(status)
    if process.returncode != 0:
        sys.exit(f"{shlex.join(command)}\n{said}")
    return (used.ru_utime + used.ru_stime) * 1000


def main():
    a = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawTextHelpFormatter)
    where = a.add_mutually_exclusive_group(required=True)
    where.add_argument("--build", metavar="BUILD", help="a build tree of the module")
    where.add_argument("--flags", help="instead: the options for folders of headers")
    a.add_argument("--rounds", type=int, default=9)
    a.add_argument("--compilers", default="g++,clang++-14", help="by comma")
    a.add_argument("--levels", default="O0,O2", help="of optimisation, by comma")
    a.add_argument("--only", help="files, by comma")
    a.add_argument("--keep", metavar="FOLDER", help="write the files here, and leave them")
    o = a.parse_args()
    files = o.only.split(",") if o.only else list(FILES)
    if unknown := [f for f in files if f not in FILES]:
        a.error(f"no such file: {', '.join(unknown)}")
    if missing := [c for c in o.compilers.split(",") if not shutil.which(c)]:
        a.error(f"no such compiler: {', '.join(missing)}")
    if o.rounds < 1:
        a.error("--rounds is 1 or more")
    try:
        flags = shlex.split(o.flags) if o.flags else flags_of(o.build)
    except (OSError, KeyError, ValueError, subprocess.CalledProcessError) as e:
        a.error(f"{o.build}: {e}")

    with tempfile.TemporaryDirectory() as temporary:
        folder = o.keep or temporary
        os.makedirs(folder, exist_ok=True)
        for name in files:
            with open(os.path.join(folder, name + ".cpp"), "w") as f:
                f.write(FILES[name])
        kinds = [(c, "-" + level) for c in o.compilers.split(",") for level in o.levels.split(",")]
        times = {(kind, name): [] for kind in kinds for name in files}
        for round in range(o.rounds + 1):
            for compiler, level in kinds:
                for name in files:
                    ms = cpu_ms([compiler, *flags, "-std=c++20", "-fPIC", level, "-c", "-o", os.devnull,
                                 os.path.join(folder, name + ".cpp")])
                    if round > 0:  # the first one brings the headers into the system's cache
                        times[(compiler, level), name].append(ms)

    median = {key: statistics.median(values) for key, values in times.items()}
    print("| file |" + "".join(f" {c} {level}, ms | ratio |" for c, level in kinds))
    print("|---|" + "--:|--:|" * len(kinds))
    for name in files:
        cells = ""
        for kind in kinds:
            ratio = f"{median[kind, name] / median[kind, BASE]:.2f}" if BASE in files else ""
            cells += f" {median[kind, name]:.0f} | {ratio} |"
        print(f"| {name} |{cells}")
    if FEW in files and MANY in files:
        print("| a message |" + "".join(f" {(median[k, MANY] - median[k, FEW]) / 49:.1f} | |" for k in kinds))


if __name__ == "__main__":
    main()

// SPDX-License-Identifier: MIT
#include "options.h"

#include "collector.h"

#include <QtCore/QCommandLineParser>
#include <QtCore/QCoreApplication>
#include <QtCore/QThread>

#include <cstdio>

using namespace Qt::StringLiterals;

static constexpr int MaxJobs = 1024;

struct AlgorithmName
{
    const char *name;
    QCryptographicHash::Algorithm algorithm;
};

static constexpr AlgorithmName algorithms[] = {
        {"md5", QCryptographicHash::Md5},       {"sha1", QCryptographicHash::Sha1},
        {"sha224", QCryptographicHash::Sha224}, {"sha256", QCryptographicHash::Sha256},
        {"sha384", QCryptographicHash::Sha384}, {"sha512", QCryptographicHash::Sha512},
};

static const char description[] =
        "Prints the checksums of files, and of all files below folders, in any order and in the format of sha256sum\n"
        "and its sisters; or verifies those of such a file.\n"
        "\n"
        "Symbolic links to files are hashed, those to folders are followed only if they are named here. Fifos, "
        "sockets\n"
        "and devices are reported and never opened.\n"
        "\n"
        "The exit code is 0 if all went well, 1 if there was a problem with a file or a checksum did not match, 2 if\n"
        "the command line is wrong, 130 after Ctrl-C.";

// Arguments are bytes that a QString can't hold if they aren't valid UTF-8. As Latin-1 they all survive; what the
// parser compares them with is ASCII.
#ifdef Q_OS_WIN

static QStringList arguments(int, char **)
{
    return QCoreApplication::arguments();
}

static FileName fileName(const QString &argument)
{
    return FileName(argument.toStdWString());
}

static QByteArray printable(const QString &text)
{
    return text.toUtf8();
}

#else

static QStringList arguments(int argc, char **argv)
{
    QStringList list;
    for (int i = 0; i < argc; ++i)
        list << QString::fromLatin1(argv[i]);
    return list;
}

static FileName fileName(const QString &argument)
{
    return fromBytes(argument.toLatin1());
}

static QByteArray printable(const QString &text)
{
    return text.toLatin1();
}

#endif

static Farewell wrongUsage(const QString &text)
{
    complain(printable(text));
    complain("try --help");
    return {2};
}

static Farewell print(const QString &text)
{
    const QByteArray bytes = printable(text);
    std::fwrite(bytes.constData(), 1, size_t(bytes.size()), stdout);
    return {0};
}

static std::optional<QCryptographicHash::Algorithm> algorithmNamed(const QString &name)
{
    for (const AlgorithmName &known : algorithms) {
        if (name.compare(QLatin1StringView(known.name), Qt::CaseInsensitive) == 0)
            return known.algorithm;
    }
    return {};
}

std::optional<QCryptographicHash::Algorithm> algorithmOfDigest(const QByteArray &hexadecimal)
{
    for (const AlgorithmName &known : algorithms) {
        if (hexadecimal.size() == 2 * QCryptographicHash::hashLength(known.algorithm))
            return known.algorithm;
    }
    return {};
}

std::variant<Options, Farewell> readOptions(int argc, char *argv[])
{
    QCommandLineParser parser;
    parser.setApplicationDescription(QLatin1StringView(description));
    parser.addPositionalArgument(u"paths"_s, u"Files and folders."_s, u"PATH..."_s);
    const QCommandLineOption algorithm(u"algorithm"_s, u"md5, sha1, sha224, sha256 (the default), sha384 or sha512."_s,
                                       u"NAME"_s);
    const QCommandLineOption jobs(u"jobs"_s, u"How many files to hash at a time; at first one a processor."_s, u"N"_s);
    const QCommandLineOption check(
            u"check"_s, u"Verify the files that are listed in FILE, or in the standard input if that is -."_s,
            u"FILE"_s);
    const QCommandLineOption help({u"h"_s, u"help"_s}, u"Show this help."_s);
    const QCommandLineOption version({u"v"_s, u"version"_s}, u"Show the version."_s);
    parser.addOptions({algorithm, jobs, check, help, version});

    if (!parser.parse(arguments(argc, argv)))
        return wrongUsage(parser.errorText());
    if (parser.isSet(help))
        return print(parser.helpText());
    if (parser.isSet(version))
        return print(QCoreApplication::applicationName() + u' ' + QCoreApplication::applicationVersion() + u'\n');

    Options options;
    options.jobs = QThread::idealThreadCount();
    if (parser.isSet(algorithm)) {
        options.algorithm = algorithmNamed(parser.value(algorithm));
        if (!options.algorithm)
            return wrongUsage(u"unknown algorithm: "_s + parser.value(algorithm));
    }
    if (parser.isSet(jobs)) {
        bool isNumber = false;
        options.jobs = parser.value(jobs).toInt(&isNumber);
        if (!isNumber || options.jobs < 1 || options.jobs > MaxJobs)
            return wrongUsage(u"--jobs takes a number from 1 to %1"_s.arg(MaxJobs));
    }
    if (parser.isSet(check))
        options.sums = fileName(parser.value(check));
    for (const QString &path : parser.positionalArguments()) {
        // Whoever checks our output would take a lone "-" for the standard input.
        options.roots.push_back(path == u"-" ? FileName("./-") : fileName(path));
    }
    if (options.sums && !options.roots.empty())
        return wrongUsage(u"--check takes no further files"_s);
    if (!options.sums && options.roots.empty())
        return wrongUsage(u"no files are given"_s);
    return options;
}

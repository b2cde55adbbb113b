// SPDX-License-Identifier: MIT
// The program of examples/06-checksums, compared with the system's sha256sum.
#include "unprivileged.h"

#include <QtTest/QtTest>

#include <csignal>
#include <fcntl.h>
#include <filesystem>
#include <fstream>
#include <poll.h>
#include <stdlib.h>
#include <sys/stat.h>
#include <unistd.h>

using namespace Qt::StringLiterals;
namespace fs = std::filesystem;

static constexpr int Patience = 300'000; // never reached where things are right

// What a program left behind.
struct Run
{
    int exitCode = -1;
    QByteArray output;
    QByteArray errors;
};

static QByteArrayList sortedLines(const QByteArray &text)
{
    QByteArrayList lines = text.split('\n');
    std::sort(lines.begin(), lines.end());
    return lines;
}

static void write(const fs::path &name, const std::string &text)
{
    std::ofstream(name, std::ios::binary) << text;
}

// As large as one likes, and nothing on the disk.
static void writeSparse(const fs::path &name, std::uintmax_t size)
{
    write(name, "");
    fs::resize_file(name, size);
}

static constexpr std::uintmax_t MiB = 1 << 20;
static constexpr std::uintmax_t Endless = 256 * 1024 * MiB; // nobody hashes that before the test is over

class tst_checksums : public QObject
{
    Q_OBJECT

private Q_SLOTS:
    void initTestCase() { qputenv("LC_ALL", "C.UTF-8"); } // the system's words for errors are compared
    void init();
    void cleanup();

    void agreesWithSha256sumOnSystemHeaders();
    void isAcceptedBySha256sum_data();
    void isAcceptedBySha256sum();
    void acceptsSha256sum_data() { isAcceptedBySha256sum_data(); }
    void acceptsSha256sum();
    void takesAnyNameAsArgument();
    void jobsMakeNoDifference_data();
    void jobsMakeNoDifference();
    void hashesSparseFile();
    void followsLinksToFilesOnly();
    void followsLinkThatIsNamed();
    void reportsBrokenAndCircularLinks();
    void reportsSpecialFiles();
    void reportsUnreadable();
    void reportsMissingFolder();
    void reportsFilesThatVanish();
    void checkFindsChangedFile();
    void checkFindsMissingFile();
    void checkReadsStandardInput();
    void checkKnowsAlgorithmByLength();
    void checkReportsMalformedLines();
    void checkNeedsALine();
    void wrongUsage_data();
    void wrongUsage();
    void helpAndVersion();
    void reportsFullDevice();
    void interruptLeavesWholeLines_data();
    void interruptLeavesWholeLines();
    void interruptWhileWaitingForInput();
    void progressIsForTerminals();
    void memoryStaysFlat();

private:
    QString path(const char *name = "") const { return m_dir->path() + u'/' + QLatin1StringView(name); }
    fs::path file(const std::string &name) const { return fs::path(m_dir->path().toStdString()) / name; }
    void writeUnusualNames() const;
    void writeMany(int count) const;

    std::unique_ptr<QTemporaryDir> m_dir;
};

static Run runProgram(const QString &program, const QStringList &arguments, const QByteArray &input = {})
{
    QProcess process;
    process.start(program, arguments);
    process.write(input);
    process.closeWriteChannel();
    if (!process.waitForFinished(Patience))
        qFatal("%s never ended", qPrintable(program));
    return {process.exitStatus() == QProcess::NormalExit ? process.exitCode() : -1, process.readAllStandardOutput(),
            process.readAllStandardError()};
}

static Run checksums(const QStringList &arguments, const QByteArray &input = {})
{
    return runProgram(QStringLiteral(PROGRAM_PATH), arguments, input);
}

// Runs a line of shell, whose $1, $2 ... are the arguments.
static Run shell(const QString &line, const QStringList &arguments, const QByteArray &input = {})
{
    return runProgram(u"sh"_s, QStringList{u"-c"_s, line, u"sh"_s} + arguments, input);
}

void tst_checksums::init()
{
    m_dir = std::make_unique<QTemporaryDir>();
    QVERIFY(m_dir->isValid());
}

void tst_checksums::cleanup()
{
    for (const fs::directory_entry &entry : fs::directory_iterator(file("")))
        fs::remove_all(entry); // QTemporaryDir doesn't see names that aren't UTF-8
}

void tst_checksums::writeUnusualNames() const
{
    for (const char *const name : {"plain", "with space", " leading", "new\nline", "back\\slash", "\\n", "return\r",
                                   "not utf-8 \xff\xfe\xc3", "\xc3\xa4", "-", "--help", "*star", "a:b", "tab\t"})
        write(file(name), name);
    write(file("empty"), "");
    fs::create_directories(file("fol\nder/\xff/deep"));
    write(file("fol\nder/\xff/deep/file"), "deep");
    fs::create_directory(file("empty folder"));
}

void tst_checksums::writeMany(int count) const
{
    for (int i = 0; i < count; ++i) {
        if (i % 500 == 0)
            fs::create_directory(file(std::to_string(i / 500)));
        write(file(std::to_string(i / 500) + '/' + std::to_string(i)), std::to_string(i));
    }
}

void tst_checksums::agreesWithSha256sumOnSystemHeaders()
{
    const QString headers = u"/usr/include"_s;
    if (!QFileInfo(headers).isDir())
        QSKIP("there are no headers");
    const Run ours = checksums({headers});
    const Run theirs = shell(u"find \"$1\" -xtype f -exec sha256sum {} +"_s, {headers});
    const Run broken = shell(u"find \"$1\" -xtype l"_s, {headers}); // links, which ours complains of
    QCOMPARE(theirs.exitCode, 0);
    QCOMPARE(broken.exitCode, 0);
    QCOMPARE(ours.errors.count('\n'), broken.output.count('\n'));
    QCOMPARE(ours.exitCode, broken.output.isEmpty() ? 0 : 1);
    QVERIFY(ours.output.count('\n') > 100);
    QVERIFY(sortedLines(ours.output) == sortedLines(theirs.output));
}

void tst_checksums::isAcceptedBySha256sum_data()
{
    QTest::addColumn<QString>("algorithm");
    for (const char *const name : {"md5", "sha1", "sha224", "sha256", "sha384", "sha512"})
        QTest::newRow(name) << QString::fromLatin1(name);
}

void tst_checksums::isAcceptedBySha256sum()
{
    QFETCH(const QString, algorithm);
    writeUnusualNames();
    const Run ours = checksums({u"--algorithm"_s, algorithm, path()});
    QCOMPARE(ours.errors, QByteArray());
    QCOMPARE(ours.exitCode, 0);
    const Run theirs = runProgram(algorithm + u"sum"_s, {u"--check"_s, u"--strict"_s, u"-"_s}, ours.output);
    QCOMPARE(theirs.exitCode, 0);
    QCOMPARE(theirs.output.count(": OK\n"), 16);
}

// A line that begins with a backslash has escapes. Releases of coreutils don't agree on which names need them.
static QByteArrayList withoutEscapes(const QByteArray &output)
{
    QByteArrayList lines = output.split('\n');
    for (QByteArray &line : lines) {
        if (!line.startsWith('\\'))
            continue;
        QByteArray plain;
        for (qsizetype i = 1; i < line.size(); ++i) {
            char c = line[i];
            if (c == '\\' && i + 1 < line.size()) {
                c = line[++i];
                c = c == 'n' ? '\n' : c == 'r' ? '\r' : c;
            }
            plain += c;
        }
        line = plain;
    }
    std::sort(lines.begin(), lines.end());
    return lines;
}

void tst_checksums::acceptsSha256sum()
{
    QFETCH(const QString, algorithm);
    writeUnusualNames();
    const Run theirs = shell(u"find \"$1\" -type f -exec \"$2\" {} +"_s, {path(), algorithm + u"sum"_s});
    const Run ours = checksums({u"--algorithm"_s, algorithm, u"--check"_s, u"-"_s}, theirs.output);
    QCOMPARE(ours.errors, QByteArray());
    QCOMPARE(ours.exitCode, 0);
    QCOMPARE(ours.output.count(": OK\n"), 16);
    const Run verdicts = runProgram(algorithm + u"sum"_s, {u"--check"_s, u"-"_s}, theirs.output);
    QCOMPARE(verdicts.exitCode, 0);
    QCOMPARE(withoutEscapes(ours.output), withoutEscapes(verdicts.output));
}

void tst_checksums::takesAnyNameAsArgument()
{
    writeUnusualNames();
    const QString ours = u"cd \"$1\" && \"$2\" -- *"_s;
    const QString theirs = u"cd \"$1\" && find * -type f -exec sha256sum -- {} +"_s;
    fs::remove(file("-")); // find takes these two for options
    fs::remove(file("--help"));
    const Run found = shell(ours, {path(), QStringLiteral(PROGRAM_PATH)});
    QCOMPARE(found.exitCode, 0);
    QCOMPARE(found.output.count('\n'), 14);
    QCOMPARE(sortedLines(found.output), sortedLines(shell(theirs, {path()}).output));
}

void tst_checksums::jobsMakeNoDifference_data()
{
    QTest::addColumn<QString>("jobs");
    for (const char *const jobs : {"1", "2", "8", "64"})
        QTest::newRow(jobs) << QString::fromLatin1(jobs);
}

void tst_checksums::jobsMakeNoDifference()
{
    QFETCH(const QString, jobs);
    writeMany(1000);
    writeSparse(file("large"), 10 * MiB + 1);
    const Run ours = checksums({u"--jobs"_s, jobs, path()});
    const Run theirs = shell(u"find \"$1\" -type f -exec sha256sum {} +"_s, {path()});
    QCOMPARE(ours.exitCode, 0);
    QCOMPARE(ours.output.count('\n'), 1001);
    QVERIFY(sortedLines(ours.output) == sortedLines(theirs.output));
}

void tst_checksums::hashesSparseFile()
{
    writeSparse(file("sparse"), 64 * MiB);
    const Run ours = checksums({path("sparse")});
    QCOMPARE(ours.output, runProgram(u"sha256sum"_s, {path("sparse")}).output);
    QCOMPARE(ours.exitCode, 0);
}

void tst_checksums::followsLinksToFilesOnly()
{
    fs::create_directory(file("folder"));
    write(file("folder/target"), "text");
    fs::create_symlink("folder/target", file("link"));
    fs::create_directory_symlink("folder", file("linked folder"));
    const Run ours = checksums({path()});
    QCOMPARE(ours.exitCode, 0);
    QCOMPARE(ours.errors, QByteArray());
    QVERIFY(ours.output.contains("/folder/target\n"));
    QVERIFY(ours.output.contains("/link\n"));
    QCOMPARE(ours.output.count('\n'), 2);
}

void tst_checksums::followsLinkThatIsNamed()
{
    fs::create_directory(file("folder"));
    write(file("folder/target"), "text");
    fs::create_directory_symlink("folder", file("link"));
    QVERIFY(checksums({path("link")}).output.endsWith("/link/target\n"));
}

void tst_checksums::reportsBrokenAndCircularLinks()
{
    write(file("good"), "text");
    fs::create_symlink("nowhere", file("broken"));
    fs::create_symlink("two", file("one"));
    fs::create_symlink("one", file("two"));
    fs::create_directory_symlink(".", file("self")); // a folder, not followed
    const Run ours = checksums({path()});
    QCOMPARE(ours.exitCode, 1);
    QVERIFY(ours.output.endsWith("good\n"));
    QCOMPARE(ours.output.count('\n'), 1);
    QVERIFY(ours.errors.contains("/broken: No such file or directory\n"));
    QVERIFY(ours.errors.contains("/one: Too many levels of symbolic links\n"));
    QVERIFY(ours.errors.contains("/two: Too many levels of symbolic links\n"));
    QCOMPARE(ours.errors.count('\n'), 3);
}

void tst_checksums::reportsSpecialFiles()
{
    write(file("good"), "text");
    QCOMPARE(::mkfifo(file("fifo").c_str(), 0600), 0);
    fs::create_symlink("fifo", file("link to fifo"));
    const Run ours = checksums({path(), u"/dev/null"_s});
    QCOMPARE(ours.exitCode, 1);
    QCOMPARE(ours.output.count('\n'), 1);
    QVERIFY(ours.errors.contains("/fifo: Skipped, a fifo\n"));
    QVERIFY(ours.errors.contains("/link to fifo: Skipped, a fifo\n"));
    QVERIFY(ours.errors.contains("/dev/null: Skipped, a device\n"));
    // A list may name one as well; it is opened then, and must not be waited for.
    const Run checked = checksums({u"--check"_s, u"-"_s}, QByteArray(64, '0') + "  " + file("fifo").c_str());
    QCOMPARE(checked.exitCode, 1);
    QVERIFY(checked.errors.contains("/fifo: Not a regular file\n"));
}

void tst_checksums::reportsUnreadable()
{
    QStringList command{QStringLiteral(PROGRAM_PATH), path()};
    if (::geteuid() == 0) { // may read everything, unless it gives that up
#ifdef Q_OS_LINUX
        command = unprivileged(command);
#else
        QSKIP("root may read everything");
#endif
    }
    write(file("good"), "text");
    write(file("secret"), "text");
    fs::create_directory(file("closed"));
    fs::permissions(file("secret"), fs::perms::none);
    fs::permissions(file("closed"), fs::perms::none);
    const QString program = command.takeFirst();
    const Run ours = runProgram(program, command);
    fs::permissions(file("closed"), fs::perms::owner_all);
    QCOMPARE(ours.exitCode, 1);
    QVERIFY(ours.output.endsWith("good\n"));
    QCOMPARE(ours.output.count('\n'), 1);
    QCOMPARE(sortedLines(ours.errors),
             (QByteArrayList{QByteArray(), "checksums: " + path("closed").toUtf8() + ": Permission denied",
                             "checksums: " + path("secret").toUtf8() + ": Permission denied"}));
}

void tst_checksums::reportsMissingFolder()
{
    write(file("good"), "text");
    const Run ours = checksums({path("missing"), path("good")});
    QCOMPARE(ours.exitCode, 1);
    QVERIFY(ours.output.endsWith("good\n"));
    QCOMPARE(ours.errors, "checksums: " + path("missing").toUtf8() + ": No such file or directory\n");
}

// Whether a process has that file open.
static bool hasOpen(const QProcess &process, const QString &name)
{
    const QDir open(u"/proc/%1/fd"_s.arg(process.processId()));
    const QFileInfoList files = open.entryInfoList(QDir::Files);
    return std::any_of(files.begin(), files.end(), [&](const QFileInfo &file) { return file.symLinkTarget() == name; });
}

// The walker hands over 64 files or a MiB at a time. What comes first here looks empty, and has no end while its
// process lives: when it is being read, the files after it have been found, and none of them is read before that
// process ends.
void tst_checksums::reportsFilesThatVanish()
{
    QProcess other;
    other.start(u"cat"_s, QStringList());
    QVERIFY(other.waitForStarted(Patience));
    const QString held = u"/proc/%1/pagemap"_s.arg(other.processId());
    if (!QFileInfo::exists(held))
        QSKIP("there is no map of pages in /proc");
    writeMany(200);
    fs::create_directories(file("tree/folder"));
    QByteArrayList complaints{QByteArray()};
    for (const char *const name : {"tree/one", "tree/two", "tree/folder/three", "tree/folder/four", "tree/five"})
        write(file(name), name);
    for (const char *const name : {"tree/two", "tree/folder/three", "tree/folder/four"})
        complaints << "checksums: " + path(name).toUtf8() + ": No such file or directory";
    std::sort(complaints.begin(), complaints.end());

    QProcess process;
    process.start(QStringLiteral(PROGRAM_PATH), {u"--jobs"_s, u"1"_s, held, path("tree"), path("0")});
    QTRY_VERIFY_WITH_TIMEOUT(hasOpen(process, held), Patience);
    fs::remove(file("tree/two"));
    fs::remove_all(file("tree/folder"));
    QVERIFY(hasOpen(process, held)); // still
    other.kill();
    QVERIFY(other.waitForFinished(Patience));
    QVERIFY(process.waitForFinished(Patience));
    QCOMPARE(process.exitStatus(), QProcess::NormalExit);
    QCOMPARE(process.exitCode(), 1);
    QCOMPARE(sortedLines(process.readAllStandardError()), complaints);
    QByteArrayList lines = sortedLines(process.readAllStandardOutput());
    QCOMPARE(lines.removeIf([&held](const QByteArray &line) { return line.endsWith(held.toUtf8()); }), 1);
    const Run theirs = shell(u"find \"$1\" -type f -exec sha256sum {} +"_s, {path()});
    QCOMPARE(lines.size(), 203); // with the empty one after the last newline
    QCOMPARE(lines, sortedLines(theirs.output));
}

void tst_checksums::checkFindsChangedFile()
{
    write(file("one"), "1");
    write(file("t\nwo"), "2");
    const QByteArray sums = checksums({path()}).output;
    write(file("t\nwo"), "3");
    write(file("sums"), sums.toStdString());
    const Run ours = checksums({u"--check"_s, path("sums")});
    QCOMPARE(ours.exitCode, 1);
    const Run theirs = shell(u"sha256sum --check \"$1\""_s, {path("sums")});
    QCOMPARE(sortedLines(ours.output), sortedLines(theirs.output));
    QCOMPARE(ours.errors, QByteArray(theirs.errors).replace("sha256sum: ", "checksums: "));
}

void tst_checksums::checkFindsMissingFile()
{
    write(file("one"), "1");
    write(file("two"), "2");
    const QByteArray sums = checksums({path()}).output;
    fs::remove(file("two"));
    const Run ours = checksums({u"--check"_s, u"-"_s}, sums);
    QCOMPARE(ours.exitCode, 1);
    const Run theirs = shell(u"sha256sum --check -"_s, {}, sums);
    QCOMPARE(sortedLines(ours.output), sortedLines(theirs.output));
    QCOMPARE(ours.errors, QByteArray(theirs.errors).replace("sha256sum: ", "checksums: "));
}

void tst_checksums::checkReadsStandardInput()
{
    write(file("one"), "1");
    QByteArray sums = checksums({path("one")}).output;
    QCOMPARE(checksums({u"--check"_s, u"-"_s}, sums).exitCode, 0);
    sums.chop(1); // the last newline may be missing, the name may be marked as binary, the digest be in capitals
    sums = sums.left(64).toUpper() + " *" + sums.mid(66);
    QCOMPARE(checksums({u"--check"_s, u"-"_s}, sums).output, path("one").toUtf8() + ": OK\n");
}

void tst_checksums::checkKnowsAlgorithmByLength()
{
    write(file("one"), "1");
    QByteArray sums;
    for (const char *const name : {"md5", "sha1", "sha224", "sha256", "sha384", "sha512"})
        sums += checksums({u"--algorithm"_s, QString::fromLatin1(name), path("one")}).output;
    const Run ours = checksums({u"--check"_s, u"-"_s}, sums);
    QCOMPARE(ours.output.count(": OK\n"), 6);
    QCOMPARE(ours.exitCode, 0);
    // If it is told, it takes no other.
    const Run told = checksums({u"--algorithm"_s, u"md5"_s, u"--check"_s, u"-"_s}, sums);
    QCOMPARE(told.output.count(": OK\n"), 1);
    QVERIFY(told.errors.contains("5 lines are improperly formatted"));
}

void tst_checksums::checkReportsMalformedLines()
{
    write(file("one"), "1");
    const QByteArray good = checksums({path("one")}).output;
    const QByteArray sums = "nonsense\n" + good + QByteArray(64, 'a') + "name\n";
    const Run ours = checksums({u"--check"_s, u"-"_s}, sums);
    QCOMPARE(ours.output, path("one").toUtf8() + ": OK\n");
    QCOMPARE(ours.errors, "checksums: WARNING: 2 lines are improperly formatted\n"_ba);
    QCOMPARE(ours.exitCode, 0); // as sha256sum without --strict
    // A line may be indented, come from Windows, be empty or a comment.
    const Run lenient = checksums({u"--check"_s, u"-"_s}, "  " + good.chopped(1) + "\r\n\n# comment\n");
    QCOMPARE(lenient.output, path("one").toUtf8() + ": OK\n");
    QCOMPARE(lenient.errors, QByteArray());
}

void tst_checksums::checkNeedsALine()
{
    QCOMPARE(checksums({u"--check"_s, u"-"_s}).exitCode, 1);
    QCOMPARE(checksums({u"--check"_s, u"/dev/null"_s}).exitCode, 1);
    QCOMPARE(checksums({u"--check"_s, path("missing")}).errors,
             "checksums: " + path("missing").toUtf8() + ": No such file or directory\n");
}

void tst_checksums::wrongUsage_data()
{
    QTest::addColumn<QStringList>("arguments");
    QTest::newRow("noFiles") << QStringList();
    QTest::newRow("unknownOption") << QStringList{u"--frobnicate"_s, u"."_s};
    QTest::newRow("unknownAlgorithm") << QStringList{u"--algorithm"_s, u"crc"_s, u"."_s};
    QTest::newRow("noJobs") << QStringList{u"--jobs"_s, u"0"_s, u"."_s};
    QTest::newRow("strangeJobs") << QStringList{u"--jobs"_s, u"many"_s, u"."_s};
    QTest::newRow("checkAndFiles") << QStringList{u"--check"_s, u"-"_s, u"."_s};
    QTest::newRow("checkWithoutFile") << QStringList{u"--check"_s};
}

void tst_checksums::wrongUsage()
{
    QFETCH(const QStringList, arguments);
    const Run ours = checksums(arguments);
    QCOMPARE(ours.exitCode, 2);
    QCOMPARE(ours.output, QByteArray());
    QVERIFY(ours.errors.contains("--help"));
}

void tst_checksums::helpAndVersion()
{
    const Run help = checksums({u"--help"_s});
    QCOMPARE(help.exitCode, 0);
    for (const char *const word : {"--algorithm", "--jobs", "--check", "Symbolic links"})
        QVERIFY2(help.output.contains(word), word);
    QCOMPARE(checksums({u"--version"_s}).output, "checksums 1.0\n"_ba);
}

void tst_checksums::reportsFullDevice()
{
    if (!QFileInfo::exists(u"/dev/full"_s))
        QSKIP("there is no /dev/full");
    writeMany(1000);
    const Run ours = shell(u"\"$1\" \"$2\" > /dev/full"_s, {QStringLiteral(PROGRAM_PATH), path()});
    QCOMPARE(ours.exitCode, 1);
    QCOMPARE(ours.errors, "checksums: standard output: No space left on device\n"_ba);
}

void tst_checksums::interruptLeavesWholeLines_data()
{
    QTest::addColumn<int>("signal");
    QTest::newRow("SIGINT") << SIGINT;
    QTest::newRow("SIGTERM") << SIGTERM;
}

void tst_checksums::interruptLeavesWholeLines()
{
    QFETCH(const int, signal);
    writeMany(2000);
    writeSparse(file("3/endless"), Endless); // whatever else happens, there is always work left
    QProcess process;
    process.start(QStringLiteral(PROGRAM_PATH), {u"--jobs"_s, u"2"_s, path()});
    QVERIFY(process.waitForReadyRead(Patience));
    ::kill(pid_t(process.processId()), signal);
    QVERIFY(process.waitForFinished(Patience));
    QCOMPARE(process.exitStatus(), QProcess::NormalExit);
    QCOMPARE(process.exitCode(), 130);
    QCOMPARE(process.readAllStandardError(), QByteArray());
    const QByteArray output = process.readAllStandardOutput();
    QVERIFY(output.endsWith('\n'));
    QVERIFY(!output.contains("endless"));
    const Run theirs = runProgram(u"sha256sum"_s, {u"--check"_s, u"--strict"_s, u"--quiet"_s, u"-"_s}, output);
    QCOMPARE(theirs.exitCode, 0);
    QCOMPARE(theirs.output, QByteArray());
}

void tst_checksums::interruptWhileWaitingForInput()
{
    write(file("one"), "1");
    const QByteArray sums = checksums({path("one")}).output;
    QProcess process;
    process.start(QStringLiteral(PROGRAM_PATH), {u"--check"_s, u"-"_s});
    process.write(sums);
    QVERIFY(process.waitForReadyRead(Patience)); // a line is checked as soon as it is there
    QCOMPARE(process.readAllStandardOutput(), path("one").toUtf8() + ": OK\n");
    ::kill(pid_t(process.processId()), SIGINT);
    QVERIFY(process.waitForFinished(Patience));
    QCOMPARE(process.exitCode(), 130);
}

void tst_checksums::progressIsForTerminals()
{
    const int terminal = ::posix_openpt(O_RDWR | O_NOCTTY);
    QVERIFY(terminal >= 0);
    QVERIFY(::grantpt(terminal) == 0 && ::unlockpt(terminal) == 0);
    writeSparse(file("endless"), Endless);
    QProcess process;
    process.setStandardErrorFile(QString::fromLocal8Bit(::ptsname(terminal)));
    process.start(QStringLiteral(PROGRAM_PATH), {path()});
    QVERIFY(process.waitForStarted(Patience));
    QByteArray shown;
    while (shown.count("MB/s") < 3) {
        pollfd ready{terminal, POLLIN, 0};
        QCOMPARE(::poll(&ready, 1, Patience), 1);
        char buffer[256];
        const auto count = ::read(terminal, buffer, sizeof(buffer));
        QVERIFY(count > 0);
        shown.append(buffer, count);
    }
    process.terminate();
    QVERIFY(process.waitForFinished(Patience));
    QCOMPARE(process.exitCode(), 130);
    QVERIFY2(shown.contains("\r0 files, "), shown.constData());
    ::close(terminal);
}

// Enough for chance, and less than the names of all those files. Sanitizers keep books of their own.
#ifdef TEST_SANITIZED
static constexpr double Allowance = 64;
#else
static constexpr double Allowance = 4;
#endif

// The peak memory of a run over so many files, in MiB; taken while it is busy with a last, endless one.
static double peakMemory(const QString &tree, const QString &endless, int count)
{
    QProcess process;
    QProcessEnvironment environment = QProcessEnvironment::systemEnvironment();
    // AddressSanitizer keeps what was freed for a while; that is not the program's memory.
    environment.insert(u"ASAN_OPTIONS"_s, environment.value(u"ASAN_OPTIONS"_s) + u":quarantine_size_mb=1"_s);
    process.setProcessEnvironment(environment);
    process.start(QStringLiteral(PROGRAM_PATH), {u"--jobs"_s, u"2"_s, tree, endless});
    int lines = 0;
    while (lines < count - 64) { // the last few may be in one batch with the endless one
        if (!process.waitForReadyRead(Patience))
            qFatal("the program stopped writing");
        lines += int(process.readAllStandardOutput().count('\n'));
    }
    QFile status(u"/proc/%1/status"_s.arg(process.processId()));
    if (!status.open(QIODevice::ReadOnly))
        qFatal("the program has ended");
    double peak = 0;
    for (const QByteArray &line : status.readAll().split('\n')) {
        if (line.startsWith("VmHWM:"))
            peak = line.mid(6).simplified().split(' ').first().toDouble() / 1024;
    }
    process.terminate();
    process.waitForFinished(Patience);
    return peak;
}

void tst_checksums::memoryStaysFlat()
{
    if (!QFileInfo::exists(u"/proc/self/status"_s))
        QSKIP("there is no /proc");
    QTemporaryDir other;
    const QString endless = other.filePath(u"endless"_s);
    writeSparse(endless.toStdString(), Endless);
    writeMany(200);
    const double few = peakMemory(path(), endless, 200);
    writeMany(20000);
    const double many = peakMemory(path(), endless, 20000);
    qInfo() << "peak MiB over 200 files:" << few << "over 20000:" << many;
    QVERIFY(few > 0);
    QVERIFY(many < few + Allowance);
}

QTEST_GUILESS_MAIN(tst_checksums)
#include "tst_checksums.moc"

// SPDX-License-Identifier: MIT
#include "filereader.h"

#include <QtCore/QString>

#include <algorithm>

#ifdef Q_OS_UNIX
#  include <cerrno>
#  include <fcntl.h>
#  include <sys/stat.h>
#  include <unistd.h>

FileReader::FileReader(const FileName &name)
{
    open(name);
}

FileReader::~FileReader()
{
    if (m_file >= 0)
        ::close(m_file);
}

static QByteArray lastReason()
{
    return reason(std::error_code(errno, std::generic_category()));
}

void FileReader::open(const FileName &name)
{
    do {
        m_file = ::open(name.c_str(), O_RDONLY | O_CLOEXEC | O_NOCTTY | O_NONBLOCK);
    } while (m_file < 0 && errno == EINTR);
    struct stat status;
    if (m_file < 0 || ::fstat(m_file, &status) != 0) {
        m_problem = lastReason();
    } else if (S_ISDIR(status.st_mode)) {
        m_problem = reason(std::make_error_code(std::errc::is_a_directory));
    } else if (!S_ISREG(status.st_mode)) {
        m_problem = "Not a regular file";
    }
}

qint64 FileReader::read(char *buffer, qint64 size)
{
    if (!m_problem.isEmpty())
        return 0;
    ssize_t count;
    do {
        count = ::read(m_file, buffer, size_t(size));
    } while (count < 0 && errno == EINTR);
    if (count < 0)
        m_problem = lastReason();
    return std::max<qint64>(count, 0);
}

#else

FileReader::FileReader(const FileName &name) : m_file(QString::fromStdWString(name.wstring()))
{
    if (!m_file.open(QIODevice::ReadOnly | QIODevice::Unbuffered))
        m_problem = m_file.errorString().toUtf8();
}

FileReader::~FileReader() = default;

qint64 FileReader::read(char *buffer, qint64 size)
{
    if (!m_problem.isEmpty())
        return 0;
    const qint64 count = m_file.read(buffer, size);
    if (count < 0)
        m_problem = m_file.errorString().toUtf8();
    return std::max<qint64>(count, 0);
}

#endif

QByteArray reason(const std::error_code &error)
{
    return QByteArray::fromStdString(error.message());
}

QByteArray describe(std::filesystem::file_type type)
{
    using std::filesystem::file_type;
    switch (type) {
    case file_type::fifo:
        return "Skipped, a fifo";
    case file_type::socket:
        return "Skipped, a socket";
    case file_type::block:
    case file_type::character:
        return "Skipped, a device";
    default:
        return "Skipped, not a regular file";
    }
}

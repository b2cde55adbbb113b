// SPDX-License-Identifier: MIT
#include <QtInterlinkQml/detail/exportedlink.h>

#include <typeinfo>

namespace QtInterlink::detail {

ExportedMessage exportedMessage(QMetaType type, QMetaType response)
{
    // Asking for the id registers what lists and maps can be viewed as.
    static_cast<void>(type.id());
    static_cast<void>(response.id());
    const QString qualified = QString::fromUtf8(type.name());
    const QString name = qualified.mid(qualified.lastIndexOf(u':') + 1);
    return {name, name.left(1).toLower() + name.mid(1), type, response};
}

Outcome failure(const std::exception_ptr &exception)
{
    Outcome outcome;
    outcome.failed = true;
    try {
        std::rethrow_exception(exception);
    } catch (const LinkException &e) {
        outcome.error = e.error();
    } catch (const std::exception &e) {
        outcome.text = QString::fromUtf8(e.what());
    } catch (...) {
        outcome.text = QStringLiteral("The handler threw something that is no std::exception");
    }
    return outcome;
}

ExportedLink::ExportedLink(const QList<ExportedMessage> &messages, const char *serviceName)
    : m_messages(messages), m_serviceName(serviceName)
{
}

ExportedLink::~ExportedLink() = default;

qsizetype ExportedLink::indexOf(const QString &name) const
{
    for (qsizetype i = 0; i < m_messages.size(); ++i) {
        if (m_messages.at(i).name == name || name == QLatin1StringView(m_messages.at(i).type.name()))
            return i;
    }
    return -1;
}

} // namespace QtInterlink::detail

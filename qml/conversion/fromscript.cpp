// SPDX-License-Identifier: MIT
#include "fromscript.h"

#include "../enginebridge.h"

#include <QtCore/QAssociativeIterable>
#include <QtCore/QDateTime>
#include <QtCore/QMetaProperty>
#include <QtCore/QSequentialIterable>
#include <QtCore/QUrl>
#include <QtQml/QJSValueIterator>

#include <algorithm>
#include <cmath>
#include <limits>

namespace QtInterlink::detail {

// What one message may hold: far more than anybody sends, and little enough for a call to end.
static constexpr qsizetype MostValues = 10'000'000;
static constexpr qsizetype DeepestNesting = 100;

// One step down, for as long as it lives; a failure keeps the path to where it happened.
class FromScript::Descent
{
public:
    Descent(FromScript &reader, Step step) : m_reader(reader) { m_reader.m_path.append(std::move(step)); }
    ~Descent()
    {
        if (m_reader.m_problem.isNull())
            m_reader.m_path.removeLast();
    }
    Q_DISABLE_COPY_MOVE(Descent)

private:
    FromScript &m_reader;
};

// Within a list or map of JS, for as long as it lives; \c isCircle if we are within it already.
class FromScript::Within
{
public:
    Within(FromScript &reader, const QJSValue &object)
        : isCircle(std::any_of(reader.m_objects.cbegin(), reader.m_objects.cend(),
                               [&object](const QJSValue &outer) { return outer.strictlyEquals(object); })),
          m_reader(reader)
    {
        m_reader.m_objects.append(object);
    }
    ~Within() { m_reader.m_objects.removeLast(); }
    Q_DISABLE_COPY_MOVE(Within)

    const bool isCircle;

private:
    FromScript &m_reader;
};

// ---- words ----

static QString shortName(QMetaType type)
{
    const QString name = QString::fromUtf8(type.name());
    if (name.contains(u'<')) // a template: its arguments keep their namespaces
        return name;
    return name.mid(name.lastIndexOf(u':') + 1);
}

static QString quoted(QString text)
{
    constexpr qsizetype Most = 40;
    const bool isLong = text.size() > Most;
    text.truncate(Most);
    return u'"' + text + (isLong ? QStringLiteral("...\"") : QStringLiteral("\""));
}

static QString described(const QJSValue &value)
{
    if (value.isUndefined())
        return QStringLiteral("undefined");
    if (value.isNull())
        return QStringLiteral("null");
    if (value.isBool())
        return value.toBool() ? QStringLiteral("true") : QStringLiteral("false");
    if (value.isNumber())
        return QStringLiteral("number ") + value.toString();
    if (value.isString())
        return QStringLiteral("string ") + quoted(value.toString());
    if (value.isCallable())
        return QStringLiteral("a function");
    if (value.isArray())
        return QStringLiteral("an array");
    if (value.isDate())
        return QStringLiteral("a Date");
    if (value.isRegExp())
        return QStringLiteral("a RegExp");
    if (value.isError())
        return QStringLiteral("an Error");
    if (value.isQObject())
        return QStringLiteral("a QObject");
    if (!value.isObject() && !value.isVariant())
        return QStringLiteral("a symbol");
    const QMetaType held = value.toVariant(QJSValue::RetainJSObjects).metaType();
    if (held.isValid() && held != QMetaType::fromType<QJSValue>())
        return QStringLiteral("a ") + shortName(held);
    return QStringLiteral("an object");
}

static QStringList propertyNames(const QMetaObject &metaObject)
{
    QStringList names;
    for (int i = 0; i < metaObject.propertyCount(); ++i)
        names.append(QString::fromUtf8(metaObject.property(i).name()));
    return names;
}

bool FromScript::fail(const QString &text)
{
    if (m_problem.isNull())
        m_problem = path() + QStringLiteral(": ") + text;
    return false;
}

bool FromScript::expected(const QString &what, const QJSValue &got)
{
    return fail(QStringLiteral("expected %1, got %2").arg(what, described(got)));
}

QString FromScript::path() const
{
    QString path = m_root;
    for (const Step &step : m_path)
        path += step.name.isNull() ? u'[' + QString::number(step.index) + u']' : u'.' + step.name;
    return path;
}

// ---- calls ----

bool FromScript::readCall(const QmlLink &link, const QJSValue &name, const QJSValue &arguments)
{
    const ExportedLink *const exported = link.exportedLink();
    m_root = exported ? QStringLiteral("Link(%1)").arg(QLatin1StringView(exported->serviceName()))
                      : QStringLiteral("Link");
    if (!exported)
        return fail(QStringLiteral("there is no link"));
    if (!name.isString())
        return fail(QStringLiteral("expected the name of a message, got ") + described(name));
    m_message = exported->indexOf(name.toString());
    if (m_message < 0) {
        QStringList names;
        for (const ExportedMessage &message : exported->messages())
            names.append(message.name);
        return fail(QStringLiteral("has no message %1; it has %2")
                            .arg(quoted(name.toString()), names.join(QStringLiteral(", "))));
    }
    const ExportedMessage &message = exported->messages().at(m_message);
    m_root = message.name;
    m_value = QVariant(message.type);
    return readArguments(message, arguments);
}

bool FromScript::readArguments(const ExportedMessage &message, const QJSValue &arguments)
{
    const qsizetype count = arguments.property(QStringLiteral("length")).toInt();
    if (count == 0)
        return true;
    const QJSValue first = arguments.property(0);
    if (message.type.flags() & QMetaType::IsGadget) {
        if (count > 1 || !isPlainObject(first))
            return readPositional(arguments, count);
        return readGadget(first, message.type, m_value.data());
    }
    if (count > 1)
        return fail(QStringLiteral("takes 1 argument, got %1").arg(count));
    return read(first, message.type, m_value.data());
}

bool FromScript::readPositional(const QJSValue &arguments, qsizetype count)
{
    const QVariant whole = arguments.property(0).toVariant(QJSValue::RetainJSObjects);
    if (count == 1 && whole.metaType() == m_value.metaType()) {
        m_value = whole;
        return true;
    }
    const QMetaObject &metaObject = *m_value.metaType().metaObject();
    if (const int most = metaObject.propertyCount(); count > most) {
        if (most == 0)
            return fail(QStringLiteral("takes no arguments, got %1").arg(count));
        return fail(QStringLiteral("takes %1 %2 (%3), got %4")
                            .arg(QString::number(most),
                                 most == 1 ? QStringLiteral("argument") : QStringLiteral("arguments"),
                                 propertyNames(metaObject).join(QStringLiteral(", ")), QString::number(count)));
    }
    for (int i = 0; i < count; ++i) {
        if (!readProperty(arguments.property(quint32(i)), metaObject.property(i), m_value.data()))
            return false;
    }
    return true;
}

// ---- values ----

// With Qt 6.11, QML that was compiled ahead of time hands its literals on as QVariantList and QVariantMap, in objects
// of JS that behave like arrays and plain objects but are none.

bool FromScript::isList(const QJSValue &value)
{
    return value.isArray()
            || (value.isObject()
                && value.toVariant(QJSValue::RetainJSObjects).metaType() == QMetaType::fromType<QVariantList>());
}

bool FromScript::isPlainObject(const QJSValue &value)
{
    if (!value.isObject() || value.isArray() || value.isCallable() || value.isDate() || value.isRegExp()
        || value.isError() || value.isQObject())
        return false;
    const QMetaType held = value.toVariant(QJSValue::RetainJSObjects).metaType();
    return held == QMetaType::fromType<QJSValue>() || held == QMetaType::fromType<QVariantMap>();
}

bool FromScript::read(const QJSValue &value, QMetaType type, void *to)
{
    if (++m_count > MostValues)
        return fail(QStringLiteral("more than %1 values").arg(MostValues));
    switch (type.id()) {
    case QMetaType::Bool:
        if (!value.isBool())
            return expected(QStringLiteral("bool"), value);
        *static_cast<bool *>(to) = value.toBool();
        return true;
    case QMetaType::QString:
        if (!value.isString())
            return expected(QStringLiteral("string"), value);
        *static_cast<QString *>(to) = value.toString();
        return true;
    case QMetaType::Char:
    case QMetaType::SChar:
    case QMetaType::UChar:
    case QMetaType::Short:
    case QMetaType::UShort:
    case QMetaType::Int:
    case QMetaType::UInt:
    case QMetaType::Long:
    case QMetaType::ULong:
    case QMetaType::LongLong:
    case QMetaType::ULongLong:
    case QMetaType::Float:
    case QMetaType::Double:
        return readNumber(value, type, to);
    case QMetaType::QVariant:
        return readVariant(value, static_cast<QVariant *>(to));
    default:
        break;
    }
    if (type == QMetaType::fromType<QmlLink>()) {
        *static_cast<QmlLink *>(to) = m_bridge.linkOf(value);
        return *static_cast<QmlLink *>(to) || value.isNull() || expected(QStringLiteral("a link"), value);
    }
    if (type.flags() & QMetaType::IsEnumeration) {
        const QMetaObject *const scope = type.metaObject();
        const QByteArray name = QByteArray(type.name()).mid(QByteArray(type.name()).lastIndexOf(':') + 1);
        return readEnum(value, scope ? scope->enumerator(scope->indexOfEnumerator(name.constData())) : QMetaEnum(),
                        type, to);
    }
    if (type.flags() & QMetaType::IsGadget)
        return readGadget(value, type, to);
    if (QMetaType::canView(type, QMetaType::fromType<QAssociativeIterable>()))
        return readMap(value, type, to);
    if (type.id() != QMetaType::QByteArray && QMetaType::canView(type, QMetaType::fromType<QSequentialIterable>()))
        return readList(value, type, to);
    return readOther(value, type, to);
}

template <typename T>
static bool storeWhole(double number, void *to)
{
    // The bounds as doubles: the upper one of 64 bits isn't exact, so it is excluded.
    constexpr double low = double(std::numeric_limits<T>::min());
    const double beyond = std::ldexp(1.0, std::numeric_limits<T>::digits);
    if (!(number >= low && number < beyond) || number != std::trunc(number))
        return false;
    *static_cast<T *>(to) = T(number);
    return true;
}

static bool storeNumber(double number, int type, void *to)
{
    switch (type) {
    case QMetaType::Char:
        return storeWhole<char>(number, to);
    case QMetaType::SChar:
        return storeWhole<signed char>(number, to);
    case QMetaType::UChar:
        return storeWhole<uchar>(number, to);
    case QMetaType::Short:
        return storeWhole<short>(number, to);
    case QMetaType::UShort:
        return storeWhole<ushort>(number, to);
    case QMetaType::Int:
        return storeWhole<int>(number, to);
    case QMetaType::UInt:
        return storeWhole<uint>(number, to);
    case QMetaType::Long:
        return storeWhole<long>(number, to);
    case QMetaType::ULong:
        return storeWhole<ulong>(number, to);
    case QMetaType::LongLong:
        return storeWhole<qlonglong>(number, to);
    case QMetaType::ULongLong:
        return storeWhole<qulonglong>(number, to);
    case QMetaType::Float:
        if (std::isfinite(number) && std::abs(number) > double(std::numeric_limits<float>::max()))
            return false;
        *static_cast<float *>(to) = float(number);
        return true;
    default:
        *static_cast<double *>(to) = number;
        return true;
    }
}

bool FromScript::readNumber(const QJSValue &value, QMetaType type, void *to)
{
    if (value.isNumber() && storeNumber(value.toNumber(), type.id(), to))
        return true;
    return expected(QString::fromUtf8(type.name()), value);
}

static void storeEnum(qint64 number, QMetaType type, void *to)
{
    switch (type.sizeOf()) {
    case 1:
        *static_cast<qint8 *>(to) = qint8(number);
        break;
    case 2:
        *static_cast<qint16 *>(to) = qint16(number);
        break;
    case 4:
        *static_cast<qint32 *>(to) = qint32(number);
        break;
    default:
        *static_cast<qint64 *>(to) = number;
        break;
    }
}

bool FromScript::readEnum(const QJSValue &value, const QMetaEnum &metaEnum, QMetaType type, void *to)
{
    if (!metaEnum.isValid())
        return fail(QStringLiteral("the enum %1 is not known to Qt; it lacks Q_ENUM").arg(shortName(type)));
    if (value.isString()) {
        bool ok = false;
        const QByteArray keys = value.toString().toUtf8();
        const int number = metaEnum.isFlag() ? metaEnum.keysToValue(keys.constData(), &ok)
                                             : metaEnum.keyToValue(keys.constData(), &ok);
        if (ok) {
            storeEnum(number, type, to);
            return true;
        }
    } else if (int number = 0; value.isNumber() && storeWhole<int>(value.toNumber(), &number)) {
        if (metaEnum.isFlag() ? metaEnum.valueToKeys(number).size() > 0 || number == 0
                              : metaEnum.valueToKey(number) != nullptr) {
            storeEnum(number, type, to);
            return true;
        }
    }
    QStringList keys;
    for (int i = 0; i < metaEnum.keyCount(); ++i)
        keys.append(QString::fromUtf8(metaEnum.key(i)));
    return expected(QStringLiteral("%1 (%2)").arg(QString::fromUtf8(metaEnum.name()), keys.join(QStringLiteral(", "))),
                    value);
}

bool FromScript::readGadget(const QJSValue &value, QMetaType type, void *to)
{
    if (!isPlainObject(value)) {
        const QVariant held = value.toVariant(QJSValue::RetainJSObjects);
        if (held.metaType() != type)
            return expected(shortName(type), value);
        type.destruct(to);
        type.construct(to, held.constData());
        return true;
    }
    const QMetaObject &metaObject = *type.metaObject();
    QJSValueIterator it(value);
    while (it.next()) {
        const int index = metaObject.indexOfProperty(it.name().toUtf8().constData());
        if (index < 0) {
            const QStringList names = propertyNames(metaObject);
            return fail(names.isEmpty() ? QStringLiteral("has no properties, got %1").arg(quoted(it.name()))
                                        : QStringLiteral("has no property %1; it has %2")
                                                  .arg(quoted(it.name()), names.join(QStringLiteral(", "))));
        }
        if (!readProperty(it.value(), metaObject.property(index), to))
            return false;
    }
    return true;
}

bool FromScript::readProperty(const QJSValue &value, const QMetaProperty &property, void *gadget)
{
    const Descent descent(*this, {QString::fromUtf8(property.name())});
    if (!property.isWritable())
        return fail(QStringLiteral("can't be written"));
    if (m_path.size() > DeepestNesting)
        return fail(QStringLiteral("is nested too deeply"));
    QVariant read(property.metaType());
    if (property.isEnumType() && !(property.metaType().flags() & QMetaType::IsEnumeration)) {
        read = 0;
        if (!readEnum(value, property.enumerator(), read.metaType(), read.data()))
            return false;
    } else if (property.isEnumType()) {
        if (!readEnum(value, property.enumerator(), property.metaType(), read.data()))
            return false;
    } else if (property.metaType().id() == QMetaType::QVariant) {
        if (!readVariant(value, &read))
            return false;
    } else if (!this->read(value, property.metaType(), read.data())) {
        return false;
    }
    return property.writeOnGadget(gadget, read) || fail(QStringLiteral("can't be written"));
}

bool FromScript::readList(const QJSValue &value, QMetaType type, void *to)
{
    if (!isList(value)) {
        const QVariant held = value.toVariant(QJSValue::RetainJSObjects);
        if (held.metaType() != type)
            return expected(shortName(type), value);
        type.destruct(to); // a list of C++, passed on
        type.construct(to, held.constData());
        return true;
    }
    const Within within(*this, value);
    if (within.isCircle)
        return fail(QStringLiteral("refers to what it is within"));
    QSequentialIterable list;
    QMetaType::view(type, to, QMetaType::fromType<QSequentialIterable>(), &list);
    const QMetaSequence sequence = list.metaContainer();
    const QMetaType elementType = sequence.valueMetaType();
    const quint32 size = value.property(QStringLiteral("length")).toUInt();
    for (quint32 i = 0; i < size; ++i) {
        const Descent descent(*this, {QString(), qsizetype(i)});
        if (m_path.size() > DeepestNesting)
            return fail(QStringLiteral("is nested too deeply"));
        if (elementType.id() == QMetaType::QVariant) {
            QVariant element;
            if (!readVariant(value.property(i), &element))
                return false;
            sequence.addValueAtEnd(to, &element);
        } else {
            QVariant element(elementType);
            if (!read(value.property(i), elementType, element.data()))
                return false;
            sequence.addValueAtEnd(to, element.constData());
        }
    }
    return true;
}

bool FromScript::readMap(const QJSValue &value, QMetaType type, void *to)
{
    if (const QVariant held = value.toVariant(QJSValue::RetainJSObjects); held.metaType() == type
        && type != QMetaType::fromType<QVariantMap>()) { // a map of C++ without JS values in it, passed on
        type.destruct(to);
        type.construct(to, held.constData());
        return true;
    }
    QAssociativeIterable map;
    QMetaType::view(type, to, QMetaType::fromType<QAssociativeIterable>(), &map);
    const QMetaAssociation association = map.metaContainer();
    if (!isPlainObject(value) || association.keyMetaType().id() != QMetaType::QString
        || !association.mappedMetaType().isValid())
        return expected(shortName(type), value);
    const Within within(*this, value);
    if (within.isCircle)
        return fail(QStringLiteral("refers to what it is within"));
    const QMetaType mappedType = association.mappedMetaType();
    QJSValueIterator it(value);
    while (it.next()) {
        const QString key = it.name();
        const Descent descent(*this, {key.isNull() ? QStringLiteral("") : key});
        if (m_path.size() > DeepestNesting)
            return fail(QStringLiteral("is nested too deeply"));
        QVariant mapped;
        if (mappedType.id() == QMetaType::QVariant) {
            if (!readVariant(it.value(), &mapped))
                return false;
            association.setMappedAtKey(to, &key, &mapped);
        } else {
            mapped = QVariant(mappedType);
            if (!read(it.value(), mappedType, mapped.data()))
                return false;
            association.setMappedAtKey(to, &key, mapped.constData());
        }
    }
    return true;
}

bool FromScript::readVariant(const QJSValue &value, QVariant *to)
{
    if (++m_count > MostValues)
        return fail(QStringLiteral("more than %1 values").arg(MostValues));
    if (value.isUndefined() || value.isNull()) {
        *to = QVariant();
        return true;
    }
    if (value.isBool() || value.isNumber() || value.isString()) {
        *to = value.toVariant();
        return true;
    }
    const bool isList = FromScript::isList(value);
    if (isList || isPlainObject(value)) {
        if (const QmlLink link = isList ? QmlLink() : m_bridge.linkOf(value)) {
            *to = QVariant::fromValue(link);
            return true;
        }
        const QMetaType type = isList ? QMetaType::fromType<QVariantList>() : QMetaType::fromType<QVariantMap>();
        *to = QVariant(type);
        return isList ? readList(value, type, to->data()) : readMap(value, type, to->data());
    }
    if (value.isDate() || value.isRegExp()) {
        *to = value.toVariant();
        return true;
    }
    if (!value.isCallable() && !value.isError() && !value.isQObject()) {
        const QVariant held = value.toVariant(QJSValue::RetainJSObjects);
        if (held.isValid() && !(held.metaType().flags() & QMetaType::IsPointer)
            && held.metaType() != QMetaType::fromType<QJSValue>()) {
            *to = held;
            return true;
        }
    }
    return expected(QStringLiteral("plain data"), value);
}

bool FromScript::readOther(const QJSValue &value, QMetaType type, void *to)
{
    switch (type.id()) {
    case QMetaType::QDateTime:
    case QMetaType::QDate:
    case QMetaType::QTime: {
        const QDateTime dateTime = value.isDate() ? value.toDateTime() : QDateTime();
        if (!dateTime.isValid() && !value.isDate())
            break;
        if (!dateTime.isValid())
            return fail(QStringLiteral("expected %1, got an invalid Date").arg(shortName(type)));
        if (type.id() == QMetaType::QDateTime)
            *static_cast<QDateTime *>(to) = dateTime;
        else if (type.id() == QMetaType::QDate)
            *static_cast<QDate *>(to) = dateTime.date();
        else
            *static_cast<QTime *>(to) = dateTime.time();
        return true;
    }
    case QMetaType::QUrl:
        if (value.isString()) {
            *static_cast<QUrl *>(to) = QUrl(value.toString());
            return true;
        }
        break;
    case QMetaType::QChar:
        if (const QString text = value.isString() ? value.toString() : QString(); text.size() == 1) {
            *static_cast<QChar *>(to) = text.front();
            return true;
        }
        return expected(QStringLiteral("string of one character"), value);
    default:
        break;
    }
    if (!value.isCallable() && !value.isQObject() && !(type.flags() & QMetaType::IsPointer)) {
        const QVariant held = value.toVariant(QJSValue::RetainJSObjects);
        // Numbers and truth values convert to nearly everything, so that they mean nothing here.
        const bool isOwn = held.metaType() == type;
        const bool converts = value.isString() && type.id() != QMetaType::QByteArray;
        if (isOwn || (converts && QMetaType::canConvert(held.metaType(), type))) {
            QVariant converted = held;
            if (isOwn || converted.convert(type)) {
                type.destruct(to);
                type.construct(to, converted.constData());
                return true;
            }
        }
    }
    return expected(type.id() == QMetaType::QByteArray ? QStringLiteral("ArrayBuffer") : shortName(type), value);
}

} // namespace QtInterlink::detail

// SPDX-License-Identifier: MIT
#ifndef FROMSCRIPT_H
#define FROMSCRIPT_H

#include <QtInterlinkQml/qmllink.h>

#include <QtCore/QMetaEnum>
#include <QtCore/QString>
#include <QtCore/QVarLengthArray>
#include <QtCore/QVariant>
#include <QtQml/QJSValue>

namespace QtInterlink::detail {

class EngineBridge;

// Builds values of C++ types from JS values. Strictly: what doesn't fit exactly is refused, and problem() says what and
// where, as in `Add.amount: expected int, got string "x"`.
//
// clang-format off
//   C++                      | from JS
//   -------------------------|------------------------------------------------------------------
//   bool, QString            | boolean, string
//   integers                 | a whole number in range
//   double, float            | number
//   enum, flags              | a name ("A|B" for flags), or the number of one
//   Q_GADGET                 | an object with names of its properties, or such a gadget; what is left out has its default
//   lists, maps              | arrays, objects
//   QDateTime, QDate, QTime  | Date
//   QUrl                     | string, url
//   QByteArray               | ArrayBuffer
//   QmlLink                  | a link
//   QVariant                 | plain data: all of the above, null, arrays and objects of them
//   everything else          | a value that holds exactly this, or that QVariant converts
// clang-format on
class FromScript
{
public:
    explicit FromScript(EngineBridge &bridge) : m_bridge(bridge) { }

    // Reads the call of a message: \a name, and an array of arguments, by name (one object) or by position.
    bool readCall(const QmlLink &link, const QJSValue &name, const QJSValue &arguments);
    qsizetype message() const noexcept { return m_message; }
    void *value() { return m_value.data(); }

    // \a to is an object of \a type.
    bool read(const QJSValue &value, QMetaType type, void *to);

    static bool isList(const QJSValue &value);
    // Whether \a value is an object with no meaning of its own, but that of its properties.
    static bool isPlainObject(const QJSValue &value);

    QString problem() const { return m_problem; }

private:
    struct Step
    {
        QString name; // null: an index
        qsizetype index = 0;
    };
    class Descent;
    class Within;

    bool readArguments(const ExportedMessage &message, const QJSValue &arguments);
    bool readPositional(const QJSValue &arguments, qsizetype count);
    bool readNumber(const QJSValue &value, QMetaType type, void *to);
    bool readEnum(const QJSValue &value, const QMetaEnum &metaEnum, QMetaType type, void *to);
    bool readGadget(const QJSValue &value, QMetaType type, void *to);
    bool readProperty(const QJSValue &value, const QMetaProperty &property, void *gadget);
    bool readList(const QJSValue &value, QMetaType type, void *to);
    bool readMap(const QJSValue &value, QMetaType type, void *to);
    bool readVariant(const QJSValue &value, QVariant *to);
    bool readOther(const QJSValue &value, QMetaType type, void *to);

    bool expected(const QString &what, const QJSValue &got);
    bool fail(const QString &text);
    QString path() const;

    EngineBridge &m_bridge;
    qsizetype m_message = -1;
    QVariant m_value;
    QString m_root;
    QVarLengthArray<Step, 8> m_path;
    QVarLengthArray<QJSValue, 8> m_objects; // which we are within, to find circles
    qsizetype m_count = 0;
    QString m_problem;
};

} // namespace QtInterlink::detail

#endif

// SPDX-License-Identifier: MIT
// expect: compiles
// All that the other cases do, done right: if this one fails, their failures say nothing.
#include <QtInterlink/QtInterlink>

#include <memory>
#include <optional>

using namespace QtInterlink;

struct Ask
{
    using Response = int;
    QString text;
};
struct Tell
{
    std::unique_ptr<int> content;
};
struct Parse
{
    using Response = int;
};
struct ParseError
{
};
struct ParseResult // looks like an expected
{
    using value_type = int;
    using error_type = ParseError;
    bool has_value() const { return true; }
    int &operator*() { return number; }
    ParseError &error() { return failure; }
    int number = 0;
    ParseError failure;
};

class Right : public Service<Right>
{
public:
    explicit Right(int number) : m_number(number) { }
    int handle(const Ask &) { return m_number; }
    void handle(Tell message, ServiceContext<Right> &context)
    {
        m_number = *message.content;
        context.object()->setObjectName(QStringLiteral("right"));
        static_cast<void>(context.spawn(answer()));
    }
    ParseResult handle(Parse) { return {}; }
    ErrorAction handleError(ParseError) { return ErrorAction::Continue; }
    Task<int> answer() { co_return m_number; }

private:
    int m_number;
};

class Drifting : public Service<Drifting>
{
public:
    static constexpr Affinity affinity = Affinity::Floating;
    std::optional<int> handle(Ask &&) { return std::nullopt; }
};

Task<int> use(Link<Right> link)
{
    int sum = co_await link.send<Ask>(QStringLiteral("in place"));
    Reply<int> reply = link.send(Ask{QStringLiteral("in a variable")});
    sum += co_await reply;
    Reply<int> action = link.exec([text = QStringLiteral("captured")] { return int(text.size()); });
    sum += co_await std::move(action);
    sum += co_await link.exec([] { return 1; });
    sum += co_await link.messageLink<Ask>().send(QStringLiteral("in place"));
    co_return sum;
}

void start()
{
    const Link<Right> link = Right::start(1);
    link.doSend(Tell{std::make_unique<int>(2)});
    static_cast<void>(link.wait([](Right &right) { return right.answer(); }));
    static_cast<void>(link.send(Parse()));
    static_cast<void>(Drifting::create([](ServiceContext<Drifting> &) { return Drifting(); }).send(Ask()));
    static_cast<void>(link.exec([link] { return use(link); }));
}

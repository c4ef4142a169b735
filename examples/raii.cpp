// libbip from C++17: handles that close themselves, failures as exceptions, cursors as ranges. A start for a wrapper of
// one's own; everything up to main() may be copied.
#include "bip.h"

#include <cstdio>
#include <exception>
#include <functional>
#include <iostream>
#include <memory>
#include <optional>
#include <stdexcept>
#include <string>
#include <utility>
#include <vector>

namespace bip
{

// What the library refused: the place, if there is one, and the reason.
class error : public std::runtime_error
{
  public:
    error(bip_status status, const bip_error &err)
        : std::runtime_error(err.where[0] ? std::string(err.where) + ": " + err.message : err.message), status_(status),
          where_(err.where)
    {
    }
    bip_status status() const noexcept
    {
        return status_;
    }
    const char *code() const noexcept
    {
        return bip_status_code(status_);
    }
    const std::string &where() const noexcept
    {
        return where_;
    }

  private:
    bip_status status_;
    std::string where_;
};

inline void check(bip_status status, const bip_error &err)
{
    if (status != BIP_OK && status != BIP_DONE)
        throw error(status, err);
}

// Calls with the library's arguments and an error of its own behind them: call(bip_write, store, ...).
template <class Function, class... Arguments> bip_status call(Function function, Arguments &&...arguments)
{
    bip_error err{};
    const bip_status status = function(std::forward<Arguments>(arguments)..., &err);
    check(status, err);
    return status;
}

struct closer {
    void operator()(bip_store *store) const noexcept
    {
        bip_store_close(store);
    }
    void operator()(bip_change *change) const noexcept
    {
        bip_change_rollback(change);
    }
    void operator()(bip_cursor *cursor) const noexcept
    {
        bip_cursor_close(cursor);
    }
};
// Owners. A cursor or change must not outlive its store: declare the store first.
using store = std::unique_ptr<bip_store, closer>;
using cursor = std::unique_ptr<bip_cursor, closer>;

inline store open(const std::string &path, std::uint32_t flags = 0)
{
    bip_open_options options;
    bip_open_options_init(&options, sizeof options);
    options.flags = flags;
    bip_store *made = nullptr;
    call(bip_store_open, path.c_str(), &options, &made);
    return store(made);
}

inline bip_date date(const std::string &text)
{
    bip_date day = BIP_NO_DATE;
    call(bip_date_parse, text.c_str(), &day);
    return day;
}

// One transaction. Without commit() it is rolled back, also by an exception on its way.
class change
{
  public:
    change(const store &in, const std::string &actor, const char *reason = nullptr)
    {
        bip_change *begun = nullptr;
        call(bip_change_begin, in.get(), actor.c_str(), reason, &begun);
        handle_.reset(begun);
    }
    bip_change *get() const noexcept
    {
        return handle_.get();
    }

    // The id of the assessment. Scores are numbers, or nothing where the question was asked and declined.
    std::string assess(const std::string &participant, const std::string &day,
                       const std::vector<std::pair<const char *, std::optional<double>>> &answers)
    {
        std::vector<const char *> codes;
        std::vector<bip_score> scores;
        for (const auto &[code, number] : answers) {
            codes.push_back(code);
            scores.push_back({number.value_or(0), number ? BIP_NUMBER : BIP_DECLINED, 0});
        }
        bip_assessment_in in{};
        in.size = sizeof in;
        in.participant = participant.c_str();
        in.instrument = "employability";
        in.respondent = "participant";
        in.date = date(day);
        in.n = codes.size();
        in.indicators = codes.data();
        in.scores = scores.data();
        char id[BIP_ID_SIZE];
        call(bip_assessment_add, handle_.get(), &in, id);
        return id;
    }

    // The entry's id. The library frees the change, whatever happens.
    std::string commit()
    {
        char entry[BIP_ID_SIZE];
        call(bip_change_commit, handle_.release(), entry);
        return entry;
    }

  private:
    std::unique_ptr<bip_change, closer> handle_;
};

// for (const bip_series &one : bip::progression(store)): each is lent until the next.
class progression
{
  public:
    explicit progression(const store &in, const bip_query *query = nullptr)
    {
        bip_cursor *opened = nullptr;
        call(bip_progression, in.get(), query, &opened);
        cursor_.reset(opened);
    }
    struct end_mark {
    };
    class iterator
    {
      public:
        explicit iterator(bip_cursor *from) : from_(from)
        {
            ++*this;
        }
        const bip_series &operator*() const noexcept
        {
            return *lent_;
        }
        iterator &operator++()
        {
            call(bip_series_next, from_, &lent_);
            return *this;
        }
        bool operator!=(end_mark) const noexcept
        {
            return lent_ != nullptr;
        }

      private:
        bip_cursor *from_;
        const bip_series *lent_ = nullptr;
    };
    iterator begin()
    {
        return iterator(cursor_.get());
    }
    end_mark end() const noexcept
    {
        return {};
    }

  private:
    cursor cursor_;
};

// A document goes to any function. An exception of that function ends the writing and comes out here: none may pass
// through C.
inline void write(const store &from, const std::string &document,
                  const std::function<void(const char *bytes, std::size_t n)> &take, const bip_query *query = nullptr)
{
    struct context {
        const std::function<void(const char *, std::size_t)> &take;
        std::exception_ptr thrown;
    } to{take, nullptr};
    const auto pass = [](void *ctx, const char *bytes, std::size_t n) noexcept {
        auto &c = *static_cast<context *>(ctx);
        try {
            c.take(bytes, n);
            return 0;
        } catch (...) {
            c.thrown = std::current_exception();
            return -1;
        }
    };
    bip_error err{};
    const bip_status status = bip_write(from.get(), document.c_str(), query, nullptr, pass, &to, &err);
    if (to.thrown)
        std::rethrow_exception(to.thrown);
    check(status, err);
}

} // namespace bip

static void record(const bip::store &store)
{
    bip::change change(store, "anna");
    bip::call(bip_participant_add, change.get(), "P-001", BIP_NO_DATE);
    change.assess("P-001", "2025-06-02", {{"cooperation", 2}, {"job_search", std::nullopt}});
    change.assess("P-001", "2025-09-01", {{"cooperation", 3}, {"job_search", 2}});
    change.assess("P-001", "2025-12-01", {{"cooperation", 3}, {"job_search", 2}});
    try {
        change.assess("P-001", "2026-03-02", {{"cooperation", 9}});
    } catch (const bip::error &e) {
        std::cout << e.code() << ", " << e.what() << '\n'; // and nothing else is lost by it
    }
    change.commit();
}

// Left by an exception, the change is gone with everything in it.
static void give_up(const bip::store &store)
{
    try {
        bip::change change(store, "bo");
        change.assess("P-001", "2026-01-12", {{"cooperation", 5}});
        throw std::runtime_error("called away");
    } catch (const std::runtime_error &e) {
        std::cout << e.what() << ": rolled back\n";
    }
}

int main(int argc, char **argv)
{
    try {
        const bip::store store = bip::open(argc > 1 ? argv[1] : ":memory:", BIP_OPEN_CREATE);
        record(store);
        give_up(store);
        for (const bip_series &one : bip::progression(store))
            std::cout << one.code << ": " << one.n << " numbers, " << one.steps_forward << " forward, latest "
                      << one.latest.score << '\n';
        bip::write(store, "steps-text",
                   [](const char *bytes, std::size_t n) { std::cout.write(bytes, static_cast<std::streamsize>(n)); });
        try {
            bip::write(store, "json", [](const char *, std::size_t) { throw std::runtime_error("no room"); });
        } catch (const std::runtime_error &e) {
            std::cout << "the sink said: " << e.what() << '\n';
        }
        bip::call(bip_store_verify, store.get(), nullptr, nullptr, nullptr);
    } catch (const std::exception &e) {
        std::cerr << e.what() << '\n';
        return 1;
    }
    return 0;
}

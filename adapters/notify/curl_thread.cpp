#include "adapters/notify/curl_thread.hpp"

#include "adapters/notify/message_text.hpp"

#include <curl/curl.h>
#include <fmt/format.h>

#include <algorithm>
#include <array>
#include <cstring>
#include <stdexcept>

namespace slipway::notify {

// One letter on its way, and what was said about it.
struct curl_thread::transfer {
    transfer(curl_thread& owner, letter& what) : thread(owner), mail(what) {}

    bool broken_off() const { return thread.stopping_ || mail.called_back; }

    curl_thread& thread;
    letter& mail;
    std::size_t sent = 0;  // of the text
    std::string verb;      // of the last command: "RCPT"; never what follows it
    bool said_goodbye = false;
    std::string answer;  // the last line that the server said
    std::array<char, CURL_ERROR_SIZE> error{};

    static std::size_t read(char* into, std::size_t size, std::size_t count, void* self) {
        auto& t = *static_cast<transfer*>(self);
        const std::size_t piece = std::min(size * count, t.mail.text.size() - t.sent);
        std::memcpy(into, t.mail.text.data() + t.sent, piece);
        t.sent += piece;
        return piece;
    }

    static int progress(void* self, curl_off_t, curl_off_t, curl_off_t, curl_off_t) {
        return static_cast<transfer*>(self)->broken_off() ? 1 : 0;
    }

    static int debug(CURL*, curl_infotype kind, char* data, std::size_t size, void* self) {
        auto& t = *static_cast<transfer*>(self);
        const std::string_view text(data, size);
        if (t.said_goodbye) return 0;
        if (kind == CURLINFO_HEADER_OUT) {
            const std::string_view word = text.substr(0, text.find_first_of(" \r\n"));
            // In the course of AUTH a line is nothing but a secret.
            for (const std::string_view known : {"EHLO", "HELO", "STARTTLS", "AUTH", "MAIL", "RCPT", "DATA"})
                if (word == known) t.verb = word;
            t.said_goodbye = word == "QUIT";
        } else if (kind == CURLINFO_HEADER_IN) {
            t.answer = text.substr(0, 1000);
        }
        return 0;
    }
};

namespace {

struct list {
    curl_slist* head = nullptr;
    list() = default;
    ~list() { curl_slist_free_all(head); }
    list(const list&) = delete;
    list& operator=(const list&) = delete;
};

}  // namespace

curl_thread::call_back::~call_back() {
    letter_->called_back = true;
    curl_multi_wakeup(thread_.multi_.get());
}

curl_thread::curl_thread(smtp_server server, smtp_options options)
    : server_(std::move(server)),
      options_(std::move(options)),
      multi_(nullptr, [](void* multi) { curl_multi_cleanup(multi); }) {
    static const bool ready = curl_global_init(CURL_GLOBAL_DEFAULT) == CURLE_OK;
    if (ready) multi_.reset(curl_multi_init());
    if (!multi_) throw std::runtime_error("libcurl cannot be started");
    thread_ = std::thread([this] { run(); });
}

curl_thread::~curl_thread() {
    {
        const std::lock_guard lock(mutex_);
        stopping_ = true;
    }
    wake_.notify_one();
    curl_multi_wakeup(multi_.get());
    thread_.join();
}

void curl_thread::post(std::shared_ptr<letter> what) {
    {
        const std::lock_guard lock(mutex_);
        waiting_.push_back(std::move(what));
    }
    wake_.notify_one();
}

void curl_thread::run() {
    for (;;) {
        std::shared_ptr<letter> next;
        {
            std::unique_lock lock(mutex_);
            wake_.wait(lock, [this] { return stopping_ || !waiting_.empty(); });
            if (waiting_.empty()) return;
            next = std::move(waiting_.front());
            waiting_.pop_front();
        }
        delivery told;
        if (stopping_ || next->called_back)
            told.note = "broken off";
        else
            told = send(*next);
        next->answer.deliver(std::move(told));
    }
}

delivery curl_thread::send(letter& what) {
    const std::unique_ptr<CURL, decltype(&curl_easy_cleanup)> easy(curl_easy_init(), &curl_easy_cleanup);
    if (!easy) return {delivery_outcome::not_now, "libcurl cannot be used", {}};
    transfer t(*this, what);
    const bool v6 = server_.host.find(':') != std::string::npos;
    const std::string url = fmt::format("{}://{}{}{}:{}", server_.tls_first ? "smtps" : "smtp", v6 ? "[" : "",
                                        server_.host, v6 ? "]" : "", server_.port);
    const long deadline = static_cast<long>(options_.deadline.count());
    const auto set = [&](CURLoption option, auto value) { curl_easy_setopt(easy.get(), option, value); };
    set(CURLOPT_URL, url.c_str());
    set(CURLOPT_PROTOCOLS_STR, "smtp,smtps");
    set(CURLOPT_PROXY, "");  // no variable of the environment sends mail elsewhere
    set(CURLOPT_NOSIGNAL, 1L);
    set(CURLOPT_FORBID_REUSE, 1L);
    set(CURLOPT_TIMEOUT_MS, deadline);
    set(CURLOPT_CONNECTTIMEOUT_MS, std::max(deadline / 2, 1L));
    // The goodbye has no other limit: an answer to QUIT that does not come must not take long.
    set(CURLOPT_SERVER_RESPONSE_TIMEOUT, std::max(deadline / 2000, 1L));
#if LIBCURL_VERSION_NUM >= 0x075700
    set(CURLOPT_QUICK_EXIT, 1L);  // a name that is being looked up keeps nobody from leaving
#endif
    set(CURLOPT_SSLVERSION, static_cast<long>(CURL_SSLVERSION_TLSv1_2));
    if (!options_.ca_file.empty()) {
        set(CURLOPT_CAINFO, options_.ca_file.c_str());
        set(CURLOPT_CAPATH, static_cast<const char*>(nullptr));  // only these
    }
    if (server_.starttls == starttls::required) set(CURLOPT_USE_SSL, static_cast<long>(CURLUSESSL_ALL));
    if (server_.starttls == starttls::where_offered) set(CURLOPT_USE_SSL, static_cast<long>(CURLUSESSL_TRY));
    if (!server_.user.empty()) {
        std::string user(server_.user.reveal()), password(server_.password.reveal());
        set(CURLOPT_USERNAME, user.c_str());
        set(CURLOPT_PASSWORD, password.c_str());
        wipe(user);
        wipe(password);
    }
    list recipients;
    recipients.head = curl_slist_append(nullptr, what.to.c_str());
    set(CURLOPT_MAIL_FROM, what.from.c_str());
    set(CURLOPT_MAIL_RCPT, recipients.head);
    set(CURLOPT_UPLOAD, 1L);
    set(CURLOPT_READFUNCTION, &transfer::read);
    set(CURLOPT_READDATA, static_cast<void*>(&t));
    set(CURLOPT_NOPROGRESS, 0L);
    set(CURLOPT_XFERINFOFUNCTION, &transfer::progress);
    set(CURLOPT_XFERINFODATA, static_cast<void*>(&t));
    set(CURLOPT_VERBOSE, 1L);
    set(CURLOPT_DEBUGFUNCTION, &transfer::debug);
    set(CURLOPT_DEBUGDATA, static_cast<void*>(&t));
    set(CURLOPT_ERRORBUFFER, t.error.data());

    if (curl_multi_add_handle(multi_.get(), easy.get()) != CURLM_OK)
        return {delivery_outcome::not_now, "libcurl cannot be used", {}};
    int running = 1, code = CURLE_ABORTED_BY_CALLBACK, left = 0;
    // A transfer is broken off by the progress callback alone: libcurl would end the text of one that is only taken out
    // of its hands, and the server would take half a mail for a whole one.
    while (curl_multi_perform(multi_.get(), &running) == CURLM_OK && running > 0)
        curl_multi_poll(multi_.get(), nullptr, 0, t.broken_off() ? 10 : 1000, nullptr);
    while (const CURLMsg* message = curl_multi_info_read(multi_.get(), &left))
        if (message->msg == CURLMSG_DONE) code = message->data.result;
    curl_multi_remove_handle(multi_.get(), easy.get());
    return judge(t, code);
}

std::string curl_thread::harmless(std::string text) const {
    const std::string user(server_.user.reveal()), password(server_.password.reveal());
    std::string both = std::string(1, '\0') + user + std::string(1, '\0') + password;  // AUTH PLAIN
    if (password.empty()) return one_line(text, 300);
    text = without_secret(std::move(text), both);
    text = without_secret(std::move(text), password);
    return one_line(text, 300);
}

delivery curl_thread::judge(const transfer& done, int code) const {
    const std::string said = harmless(done.answer);
    if (code == CURLE_OK) return {delivery_outcome::taken, said.empty() ? "taken" : said, {}};
    const std::string why =
        harmless(done.error[0] ? done.error.data() : curl_easy_strerror(static_cast<CURLcode>(code)));
    delivery out;
    out.note = fmt::format("{}: {}", server_.host, why);
    if (!said.empty())
        out.note +=
            fmt::format("; its last words, {}: {}", done.verb.empty() ? "in greeting" : "to " + done.verb, said);
    const bool final_answer = said.size() > 3 && said[0] == '5' && (said[3] == ' ' || said[3] == '-');
    if (final_answer && (done.verb == "RCPT" || done.verb == "DATA")) out.outcome = delivery_outcome::refused;
    return out;
}

}  // namespace slipway::notify

// Hetzner's projects (engine/ports/projects.hpp) in the simulated world. There is one project, whatever the provider; tokens
// are what differs: one that is revoked is refused, and one of "elsewhere" opens a project that has nothing in it.
//
// One per process. One loop, one thread.
#pragma once

#include "adapters/simulated/ports.hpp"
#include "engine/ports/projects.hpp"
#include "engine/ports/sealing.hpp"

#include <memory>
#include <set>
#include <string>

namespace slipway::simulated {

// What can be ordered: cx23 in nbg1 and fsn1, cx33 in nbg1 alone, cax11 (arm) in fsn1, sold out; ubuntu-24.04 for both
// architectures, debian-12 for x86.
std::shared_ptr<const catalog> small_catalog(timestamp fetched_at);

// Turns the text around: enough to see that what is kept is not what was given.
class mirror_sealing final : public sealing {
public:
    explicit mirror_sealing(std::string mark = "sealed:") : mark_(std::move(mark)) {}
    std::string seal(std::string_view plaintext, const sealed_for& purpose) const override;
    result<secret> open(std::string_view sealed, const sealed_for& purpose) const override;
    std::string renew(std::string_view sealed, const sealed_for&) const override { return std::string(sealed); }
    std::string key_fingerprint() const override { return mark_; }

private:
    std::string mark_;
};

class projects_port final : public projects {
public:
    projects_port(ports& of, universe& u, provider_tokens& tokens) : ports_(of), u_(u), tokens_(tokens) {}

    boost::asio::awaitable<result<std::shared_ptr<cloud>>> open(std::string provider) override;
    boost::asio::awaitable<project_result> find(std::string provider) override;
    std::shared_ptr<project> unnamed(secret token) override;
    boost::asio::awaitable<result<std::vector<std::string>>> names() override;

    std::set<std::string> revoked;    // tokens that Hetzner refuses
    std::set<std::string> elsewhere;  // tokens of another project
    bool catalog_answers = true;
    bool lists_answer = true;
    int catalogs_read = 0;

private:
    friend class token_project;

    ports& ports_;
    universe& u_;
    provider_tokens& tokens_;
};

}  // namespace slipway::simulated

#include "tests/adapters/net/certificates.hpp"

#include <openssl/evp.h>
#include <openssl/pem.h>
#include <openssl/x509v3.h>

#include <atomic>
#include <stdexcept>

namespace slipway::test {

namespace {

void check(bool ok, const char* what) {
    if (!ok) throw std::runtime_error(std::string("OpenSSL: ") + what);
}

void extend(X509* certificate, X509* issuer, int nid, const std::string& value) {
    X509V3_CTX context;
    X509V3_set_ctx(&context, issuer, certificate, nullptr, nullptr, 0);
    X509_EXTENSION* extension = X509V3_EXT_conf_nid(nullptr, &context, nid, value.c_str());
    check(extension != nullptr, "extension");
    X509_add_ext(certificate, extension, -1);
    X509_EXTENSION_free(extension);
}

identity blank(const std::string& name, validity valid) {
    static std::atomic<long> serial{1};
    identity out;
    out.key.reset(EVP_EC_gen("P-256"), EVP_PKEY_free);
    out.certificate.reset(X509_new(), X509_free);
    check(out.key && out.certificate, "key");
    X509* certificate = out.certificate.get();
    X509_set_version(certificate, 2);
    ASN1_INTEGER_set(X509_get_serialNumber(certificate), serial++);
    X509_gmtime_adj(X509_getm_notBefore(certificate), valid.begins_s);
    X509_gmtime_adj(X509_getm_notAfter(certificate), valid.ends_s);
    X509_set_pubkey(certificate, out.key.get());
    X509_NAME_add_entry_by_txt(X509_get_subject_name(certificate), "CN", MBSTRING_ASC,
                               reinterpret_cast<const unsigned char*>(name.c_str()), -1, -1, 0);
    return out;
}

template <class Write>
std::string text_of(Write write) {
    std::unique_ptr<BIO, decltype(&BIO_free)> memory(BIO_new(BIO_s_mem()), BIO_free);
    check(write(memory.get()) == 1, "PEM");
    char* data = nullptr;
    const long size = BIO_get_mem_data(memory.get(), &data);
    return std::string(data, static_cast<std::size_t>(size));
}

}  // namespace

std::string identity::pem() const {
    return text_of([this](BIO* out) { return PEM_write_bio_X509(out, certificate.get()); });
}

std::string identity::key_pem() const {
    return text_of(
        [this](BIO* out) { return PEM_write_bio_PrivateKey(out, key.get(), nullptr, nullptr, 0, nullptr, nullptr); });
}

identity make_authority(const std::string& name) {
    identity out = blank(name, {});
    X509* certificate = out.certificate.get();
    X509_set_issuer_name(certificate, X509_get_subject_name(certificate));
    extend(certificate, certificate, NID_basic_constraints, "critical,CA:TRUE");
    extend(certificate, certificate, NID_key_usage, "critical,keyCertSign,cRLSign");
    extend(certificate, certificate, NID_subject_key_identifier, "hash");
    check(X509_sign(certificate, out.key.get(), EVP_sha256()) > 0, "sign");
    return out;
}

identity make_server_identity(const identity& authority, const std::string& alternative, validity valid) {
    identity out = blank("a server of the tests", valid);
    X509* certificate = out.certificate.get();
    X509_set_issuer_name(certificate, X509_get_subject_name(authority.certificate.get()));
    extend(certificate, authority.certificate.get(), NID_basic_constraints, "critical,CA:FALSE");
    extend(certificate, authority.certificate.get(), NID_ext_key_usage, "serverAuth");
    extend(certificate, authority.certificate.get(), NID_subject_alt_name, alternative);
    check(X509_sign(certificate, authority.key.get(), EVP_sha256()) > 0, "sign");
    return out;
}

}  // namespace slipway::test

#include "engine/model/public_key.hpp"

#include "engine/base/base64.hpp"
#include "engine/base/utf8.hpp"

#include <algorithm>
#include <cstdint>
#include <vector>

namespace slipway {

namespace {

error not_a_key(std::string why) {
    return make_error(error_kind::usage, std::move(why));
}

bool is_blank(char c) {
    return c == ' ' || c == '\t' || c == '\n' || c == '\r';
}

std::string_view trimmed(std::string_view text) {
    while (!text.empty() && is_blank(text.front())) text.remove_prefix(1);
    while (!text.empty() && is_blank(text.back())) text.remove_suffix(1);
    return text;
}

// The blob is a row of strings, each behind its length (RFC 4251, section 5). False where it ends in the middle of one.
bool split_fields(std::string_view blob, std::vector<std::string_view>& fields) {
    while (!blob.empty()) {
        if (blob.size() < 4) return false;
        std::uint32_t size = 0;
        for (std::size_t i = 0; i < 4; ++i) size = size << 8 | static_cast<unsigned char>(blob[i]);
        blob.remove_prefix(4);
        if (size > blob.size()) return false;
        fields.push_back(blob.substr(0, size));
        blob.remove_prefix(size);
    }
    return true;
}

// A comment is no part of the key: one that JSON could not carry (Latin-1 is common in old files) is left out.
std::string_view text_or_nothing(std::string_view comment) {
    const auto control = [](char c) { return static_cast<unsigned char>(c) < 0x20 || c == 0x7f; };
    if (!is_utf8(comment) || std::any_of(comment.begin(), comment.end(), control)) return {};
    return comment;
}

int bits_of_number(std::string_view number) {
    while (!number.empty() && number.front() == '\0') number.remove_prefix(1);
    if (number.empty()) return 0;
    int bits = static_cast<int>(number.size()) * 8;
    for (unsigned char c = static_cast<unsigned char>(number.front()); (c & 0x80) == 0;
         c = static_cast<unsigned char>(c << 1))
        --bits;
    return bits;
}

int bits_of_curve(std::string_view curve) {
    if (curve == "nistp256") return 256;
    if (curve == "nistp384") return 384;
    if (curve == "nistp521") return 521;
    return 0;
}

// An uncompressed point: 0x04, x, y.
bool is_point(std::string_view point, int bits) {
    return point.size() == 1 + 2 * static_cast<std::size_t>((bits + 7) / 8) && point.front() == 4;
}

// Bits of a key of this type with these fields; 0 and `why` where they do not fit.
int check_fields(const std::string& type, const std::vector<std::string_view>& f, std::string& why) {
    why = "the key is damaged: its " + type + " part has the wrong size; copy the whole line again";
    if (type == "ssh-ed25519") return f.size() == 2 && f[1].size() == 32 ? 256 : 0;
    if (type == "sk-ssh-ed25519@openssh.com") return f.size() == 3 && f[1].size() == 32 && !f[2].empty() ? 256 : 0;
    if (type == "ssh-rsa") {
        if (f.size() != 3) return 0;
        const int bits = bits_of_number(f[2]);
        if (bits == 0 || bits_of_number(f[1]) == 0) return 0;
        if (bits >= 2048) return bits;
        why = "the RSA key has only " + std::to_string(bits) +
              " bits; at least 2048 are needed: make a new key, best with "
              "ssh-keygen -t ed25519";
        return 0;
    }
    if (type.starts_with("ecdsa-sha2-nistp")) {
        if (f.size() != 3 || std::string_view(type).substr(11) != f[1]) return 0;
        const int bits = bits_of_curve(f[1]);
        return bits != 0 && is_point(f[2], bits) ? bits : 0;
    }
    if (type == "sk-ecdsa-sha2-nistp256@openssh.com")
        return f.size() == 4 && f[1] == "nistp256" && is_point(f[2], 256) && !f[3].empty() ? 256 : 0;
    if (type == "ssh-dss")
        why = "DSA keys are no longer accepted by SSH servers; make a new key with ssh-keygen -t ed25519";
    else
        why = "the key type " + type + " is not supported; use ed25519, RSA or ECDSA";
    return 0;
}

}  // namespace

result<public_key> parse_public_key(std::string_view line) {
    line = trimmed(line);
    if (line.empty()) return not_a_key("no SSH public key was given");
    if (line.find("PRIVATE KEY") != line.npos)
        return not_a_key(
            "that is a private key: give the public one (the file that ends in .pub) and keep this one secret");
    if (line.starts_with("---- BEGIN SSH2 PUBLIC KEY") || line.starts_with("-----BEGIN"))
        return not_a_key("that is not OpenSSH's one-line format; convert it with ssh-keygen -i -f FILE");
    if (line.find_first_of("\r\n") != line.npos)
        return not_a_key("that is more than one line; give one SSH public key");
    const auto type_end = line.find_first_of(" \t");
    if (type_end == line.npos) return not_a_key("that is no SSH public key; expected: TYPE BASE64 [COMMENT]");
    public_key key;
    key.type = line.substr(0, type_end);
    // The type is repeated in messages, so it must be harmless text.
    for (const char c : key.type)
        if (c <= ' ' || c > '~' || key.type.size() > 64 || c == '=' || c == '"' || c == ',')
            return not_a_key("that is no SSH public key; expected: TYPE BASE64 [COMMENT], without options in front");
    if (key.type.ends_with("-cert-v01@openssh.com"))
        return not_a_key("that is a certificate for a key, and not the key: give the file it was made for, which has the "
                         "same name without -cert");
    line = trimmed(line.substr(type_end));
    const auto blob_end = line.find_first_of(" \t");
    const auto blob = base64_decode(line.substr(0, blob_end));
    if (blob_end != line.npos) key.comment = text_or_nothing(trimmed(line.substr(blob_end)));
    std::vector<std::string_view> fields;
    if (!blob || blob->empty())
        return not_a_key("the key is damaged: its middle part is not base64; copy the whole line again");
    key.blob = *blob;
    if (!split_fields(key.blob, fields)) return not_a_key("the key is cut off; copy the whole line again");
    if (fields.empty() || fields.front() != key.type)
        return not_a_key("the key is damaged: the line says " + key.type + ", its content says something else");
    std::string why;
    key.bits = check_fields(key.type, fields, why);
    if (key.bits == 0) return not_a_key(std::move(why));
    return key;
}

std::string to_line(const public_key& key) {
    std::string line = key.type + " " + base64_encode(key.blob);
    if (!key.comment.empty()) line += " " + key.comment;
    return line;
}

}  // namespace slipway

// A Kafka cluster for tests: librdkafka's mock cluster, which lives in this process, and a consumer that
// tells all that comes.
//
//     kafka_cluster TOPIC...             each with 4 partitions, of a cluster of 3 brokers
//
//     stdout, JSON, a line each:         {"bootstrap": "127.0.0.1:1234"}   first of all
//                                        {"topic": …, "partition": …, "key": …, "value": …, "headers": [[…,
//                                        …], …]}
//                                        {"done": …}                       a command was obeyed
//     stdin, a line each:                down | up                         all brokers
//                                        slow | fast                       they answer after 2 s, or at once
//                                        unknown TOPIC | known TOPIC       as if it did not exist, or did
//                                        again
#include <librdkafka/rdkafka.h>
#include <librdkafka/rdkafka_mock.h>
#include <poll.h>
#include <unistd.h>

#include <array>
#include <cstdlib>
#include <iostream>
#include <nlohmann/json.hpp>
#include <sstream>
#include <string>

namespace {

using Json = nlohmann::ordered_json;

constexpr int kBrokers = 3;
constexpr int kPartitions = 4;
constexpr int kPollMs = 20;
constexpr int kSlowMs = 2000;

[[noreturn]] void fail(const std::string& why) {
    std::cerr << "kafka_cluster: " << why << std::endl;
    std::exit(1);
}

rd_kafka_t* make(rd_kafka_type_t type, const std::string& bootstrap) {
    rd_kafka_conf_t* const conf = rd_kafka_conf_new();
    std::array<char, 256> why{};
    const auto set = [&](const char* name, const char* value) {
        if (rd_kafka_conf_set(conf, name, value, why.data(), why.size()) != RD_KAFKA_CONF_OK)
            fail(why.data());
    };
    set("bootstrap.servers", bootstrap.c_str());
    set("reconnect.backoff.max.ms", "100");
    set("log_level", "0");
    if (type == RD_KAFKA_CONSUMER) {
        set("group.id", "test");
        set("fetch.wait.max.ms", "20");
    }
    rd_kafka_t* const made = rd_kafka_new(type, conf, why.data(), why.size());
    if (made == nullptr) fail(why.data());
    return made;
}

std::string text(const void* bytes, std::size_t size) {
    return {static_cast<const char*>(bytes), size};
}

void tell(const rd_kafka_message_t& message) {
    Json headers = Json::array();
    rd_kafka_headers_t* list = nullptr;
    if (rd_kafka_message_headers(&message, &list) == RD_KAFKA_RESP_ERR_NO_ERROR) {
        const char* name = nullptr;
        const void* value = nullptr;
        std::size_t size = 0;
        for (std::size_t i = 0;
             rd_kafka_header_get_all(list, i, &name, &value, &size) == RD_KAFKA_RESP_ERR_NO_ERROR; ++i)
            headers.push_back({name, text(value, size)});
    }
    const Json line{{"topic", rd_kafka_topic_name(message.rkt)},
                    {"partition", message.partition},
                    {"key", text(message.key, message.key_len)},
                    {"value", text(message.payload, message.len)},
                    {"timestamp", rd_kafka_message_timestamp(&message, nullptr)},
                    {"headers", headers}};
    std::cout << line.dump(-1, ' ', false, Json::error_handler_t::replace) << '\n';
}

void obey(rd_kafka_mock_cluster_t* cluster, const std::string& line) {
    std::istringstream words(line);
    std::string command;
    std::string topic;
    words >> command >> topic;
    for (int broker = 1; broker <= kBrokers; ++broker) {
        if (command == "down") rd_kafka_mock_broker_set_down(cluster, broker);
        if (command == "up") rd_kafka_mock_broker_set_up(cluster, broker);
        if (command == "slow") rd_kafka_mock_broker_set_rtt(cluster, broker, kSlowMs);
        if (command == "fast") rd_kafka_mock_broker_set_rtt(cluster, broker, 0);
    }
    if (command == "unknown")
        rd_kafka_mock_topic_set_error(cluster, topic.c_str(), RD_KAFKA_RESP_ERR_UNKNOWN_TOPIC_OR_PART);
    if (command == "known") rd_kafka_mock_topic_set_error(cluster, topic.c_str(), RD_KAFKA_RESP_ERR_NO_ERROR);
}

// False when there will be no more.
bool read_commands(rd_kafka_mock_cluster_t* cluster, std::string& input) {
    pollfd in{STDIN_FILENO, POLLIN, 0};
    if (::poll(&in, 1, 0) <= 0) return true;
    std::array<char, 4096> buffer{};
    const ssize_t got = ::read(STDIN_FILENO, buffer.data(), buffer.size());
    if (got <= 0) return false;
    input.append(buffer.data(), static_cast<std::size_t>(got));
    for (std::size_t end = input.find('\n'); end != std::string::npos; end = input.find('\n')) {
        obey(cluster, input.substr(0, end));
        std::cout << Json{{"done", input.substr(0, end)}}.dump() << std::endl;
        input.erase(0, end + 1);
    }
    return true;
}

}  // namespace

int main(int count, char** topics) {
    rd_kafka_t* const owner = make(RD_KAFKA_PRODUCER, "127.0.0.1:1");
    rd_kafka_mock_cluster_t* const cluster = rd_kafka_mock_cluster_new(owner, kBrokers);
    if (cluster == nullptr) fail("no cluster");
    const std::string bootstrap = rd_kafka_mock_cluster_bootstraps(cluster);
    rd_kafka_t* const consumer = make(RD_KAFKA_CONSUMER, bootstrap);
    rd_kafka_topic_partition_list_t* const all = rd_kafka_topic_partition_list_new(count);
    for (int i = 1; i < count; ++i) {
        if (rd_kafka_mock_topic_create(cluster, topics[i], kPartitions, 1) != RD_KAFKA_RESP_ERR_NO_ERROR)
            fail(std::string("no topic ") + topics[i]);
        for (int partition = 0; partition < kPartitions; ++partition)
            rd_kafka_topic_partition_list_add(all, topics[i], partition)->offset = RD_KAFKA_OFFSET_BEGINNING;
    }
    if (rd_kafka_assign(consumer, all) != RD_KAFKA_RESP_ERR_NO_ERROR) fail("no assignment");
    rd_kafka_topic_partition_list_destroy(all);
    std::cout << Json{{"bootstrap", bootstrap}}.dump() << std::endl;

    std::string input;
    while (read_commands(cluster, input)) {
        rd_kafka_message_t* message = rd_kafka_consumer_poll(consumer, kPollMs);
        for (; message != nullptr; message = rd_kafka_consumer_poll(consumer, 0)) {
            if (message->err == RD_KAFKA_RESP_ERR_NO_ERROR) tell(*message);
            rd_kafka_message_destroy(message);
        }
        std::cout.flush();
        rd_kafka_poll(owner, 0);
    }
    std::_Exit(0);  // nobody waits for what is left
}

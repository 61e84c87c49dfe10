import SIPProxy
import SIPSyntax
import SIPTokens
import SIPTransaction

extension Shard {
    /// A response came in: to its client transaction by the branch parameter of its top Via (§17.1.3).
    func receiveResponse(_ received: consuming SIPMessage, _ flow: Flow) {
        counters.responses &+= 1
        let message = received
        // §16.11, RFC 6026 §7.3: what is malformed, or not for a Via of ours, goes nowhere.
        guard message.flaw.kind == .none, let value = message.value(of: .via) else {
            counters.malformed &+= 1
            return
        }
        guard let branch = BranchToken.own(inTopVia: value), let token = BranchToken(branch, ring: configuration.keys)
        else {
            counters.forgedBranches &+= 1
            return
        }
        guard token.shard == index || token.kind == .stateless else {
            // The branch names another shard: a driver that did not look, or a number of shards that has changed.
            guard Int(token.shard) < configuration.shardCount else {
                counters.strayResponses &+= 1
                return
            }
            return outbox.posts.append((Int(token.shard), .message(message, flow)))
        }
        var response = message
        response.removeTopVia()
        if token.kind == .stateless { return forwardStatelessly(response) }
        guard let transaction = client(for: token.number, response.method) else {
            counters.strayResponses &+= 1
            _ = user.strayResponse(response, from: flow)
            return
        }
        clientReceived(transaction, response)
    }

    /// The transaction of a branch number: the request's own, or that of its CANCEL.
    private func client(for number: UInt64, _ method: SIPMethod) -> ClientTransaction? {
        guard let transaction = clients[number] else { return nil }
        if transaction.method == method { return transaction }
        guard method == .cancel, transaction.cancelNumber != 0 else { return nil }
        return clients[transaction.cancelNumber]
    }

    /// A response of a stateless forward follows its next Via (§16.11).
    func forwardStatelessly(_ response: borrowing SIPMessage) {
        guard let value = response.value(of: .via) else { return }
        var elements = HeaderElements(value)
        guard let range = elements.next(), let via = ViaLayout(value[range]),
            let flow = ResponseRoute.flow(value[range], via, configuration.identity)
        else {
            counters.strayResponses &+= 1
            return
        }
        outbox.begin()
        response.write(to: outbox.bytes)
        outbox.finish(to: flow)
    }

    // MARK: To the owner

    func deliver(_ response: SIPMessage, from transaction: ClientTransaction, to owner: ClientTransaction.Owner) {
        switch owner {
        case .nobody: break
        case .branch(let context, let branch):
            branchReceived(context, branch, transaction, response)
        case .server(let number):
            guard let server = servers[number], response.status >= 200, response.status < 300 else { return }
            // A 2xx that the policy has edited is repeated as it edited it.
            if server.isAccepted, server.lastResponse != nil { return repeatResponse(server) }
            forwardUpstream(server, response)
        case .originator(let originator):
            if response.status < 200 {
                // §9.1: a CANCEL that was wanted before has its moment with the first provisional response.
                if case .wanted = transaction.cancelling { sendCancel(transaction) }
                pendingUserCalls.append(.ownRequestProgress(originator, response))
            } else {
                pendingUserCalls.append(.ownRequestEnded(originator, .response(response)))
            }
        }
    }

    /// Timer B or F, or a transport failure.
    func failed(_ transaction: ClientTransaction, _ owner: ClientTransaction.Owner, _ failure: TransactionFailure) {
        switch owner {
        case .nobody, .server: break
        case .branch(let context, let branch):
            // A transaction that was left behind for the next address ends alone.
            guard context.branches[branch].client == transaction.number else { return }
            branchUnreachable(context, branch)
        case .originator(let originator):
            pendingUserCalls.append(
                .ownRequestEnded(originator, failure == .timeout ? .timeout : .transportFailure))
        }
    }

    /// Sends a response upstream as it was received, without our Via.
    func forwardUpstream(_ server: ServerTransaction, _ response: borrowing SIPMessage) {
        outbox.begin()
        response.write(to: outbox.bytes)
        if server.hasFailed, response.status < 300 { return outbox.finish(to: server.flow) }
        respond(server, status: response.status, isForwarded: true)
    }
}

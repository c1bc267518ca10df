import {
  CognitoIdentityProviderClient,
  type CognitoIdentityProviderClientConfig,
} from "@aws-sdk/client-cognito-identity-provider";
import { NodeHttpHandler } from "@smithy/node-http-handler";
import {
  collectAnswer,
  expectBody,
  readListingAnswers,
} from "../../../pkg/cognito/client/listing-answers.ts";

class ListingHandler extends NodeHttpHandler {
  override async handle(
    ...args: Parameters<NodeHttpHandler["handle"]>
  ): ReturnType<NodeHttpHandler["handle"]> {
    const answer = await super.handle(...args);
    expectBody(answer.response.body, args[0].hostname);
    return answer;
  }
}

/** The SDK without what a listing does not need, and with listings parsed as `connector sync` parses them. */
export function createListingClient(endpoint: string): CognitoIdentityProviderClient {
  const config: CognitoIdentityProviderClientConfig = {
    endpoint,
    region: "us-east-1",
    maxAttempts: 10,
    requestHandler: new ListingHandler(),
    streamCollector: collectAnswer,
  };
  const client = new CognitoIdentityProviderClient(config);
  client.middlewareStack.remove("loggerMiddleware");
  readListingAnswers(client);
  return client;
}

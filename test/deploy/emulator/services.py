"""What moto's services leave out of what our stacks ask of them. Nothing here is of the product: it completes the emulator."""

from moto.apigateway.models import APIGatewayBackend


def complete() -> None:
    APIGatewayBackend.put_rest_api = whole_import(APIGatewayBackend.put_rest_api)


def whole_import(part):
    """PutRestApi reads paths, integrations and responses of a document. It leaves out who may call, and the answers of its own."""

    def put_rest_api(self, function_id, api_doc, fail_on_warnings, mode="merge"):
        api = part(self, function_id, api_doc, fail_on_warnings, mode)
        if mode == "overwrite":
            api.authorizers, api.gateway_responses = {}, {}
        schemes = api_doc.get("components", {}).get("securitySchemes", {})
        authorizers = {name: authorizer(self, function_id, name, scheme) for name, scheme in schemes.items()}
        for path, methods in api_doc["paths"].items():
            resource = next(one for one in api.resources.values() if one.get_path() == path)
            for verb, operation in methods.items():
                method = resource.resource_methods[verb.upper()]
                secured = [name for scheme in operation.get("security", []) for name in scheme]
                method.authorization_type = "CUSTOM" if secured else "NONE"
                method.authorizer_id = authorizers[secured[0]].id if secured else None
                method.request_parameters = {
                    f"method.request.{where(one)}.{one['name']}": one.get("required", False)
                    for one in operation.get("parameters", [])
                }
        for kind, given in api_doc.get("x-amazon-apigateway-gateway-responses", {}).items():
            status = given.get("statusCode")
            api.put_gateway_response(
                kind,
                None if status is None else str(status),
                given.get("responseParameters"),
                given.get("responseTemplates"),
            )
        return api

    return put_rest_api


def where(parameter) -> str:
    return {"query": "querystring"}.get(parameter["in"], parameter["in"])


def authorizer(backend, api_id, name, scheme):
    given = scheme["x-amazon-apigateway-authorizer"]
    return backend.create_authorizer(
        api_id,
        name,
        given["type"].upper(),
        authorizer_uri=given["authorizerUri"],
        identity_source=given.get("identitySource"),
        authorizer_result_ttl=given.get("authorizerResultTtlInSeconds", 300),
        auth_type=scheme["x-amazon-apigateway-authtype"],
    )
